// Keeping what was taken while others interfere.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};

using VirtualAddressesTest = NamespacesTest;

TEST_F(VirtualAddressesTest, V1WhatSomebodyDeletesIsPutBack) {
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("10.77.1.1/16")}).value();
  addresses.take();
  here("ip addr del 10.77.1.1/16 dev fw0");
  EXPECT_TRUE(serve(addresses, [&] { return !reports_.empty(); }));
  EXPECT_TRUE(has("10.77.1.1/16"));
  EXPECT_EQ(reports_[0].work, AddressWork::repair);
  EXPECT_EQ(reports_[0].added, 1u);
}

TEST_F(VirtualAddressesTest, V1AFlushOfHundredsIsRepairedAsAWhole) {
  auto addresses = VirtualAddresses::create(kOurs, many_addresses(300)).value();
  addresses.take();
  here("ip addr flush dev fw0");
  std::uint32_t added = 0;
  EXPECT_TRUE(serve(addresses, [&] {
    added = 0;
    for (const AddressReport& report : reports_) added += report.added;
    return added >= 300;
  }));
  EXPECT_EQ(added, 300u);
  EXPECT_LE(reports_.size(), 3u);
}

TEST_F(VirtualAddressesTest, V1AfterAnOverrunTheKernelIsAskedAgain) {
  auto addresses = VirtualAddresses::create(kOurs, many_addresses(100)).value();
  addresses.take();
  const int tiny = 1;
  for (int fd : addresses.fds()) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
  here("ip addr flush dev fw0");
  EXPECT_TRUE(serve(addresses, [&] {
    std::uint32_t added = 0;
    for (const AddressReport& report : reports_) added += report.added;
    return added >= 100;
  }));
}

TEST_F(VirtualAddressesTest, V1AnInterfaceThatIsMissingIsReportedAndPickedUpWhenItAppears) {
  const std::vector wanted{virtual_address("10.88.1.1/24", "late0"),
                           virtual_address("10.77.1.1/16")};
  auto addresses = VirtualAddresses::create(kOurs, wanted).value();
  const AddressReport report = addresses.take();
  EXPECT_EQ(report.held, 1u);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].reason, "interface late0 does not exist");
  here("ip link add late0 type veth peer name late1");
  EXPECT_TRUE(serve(addresses, [&] { return addresses.held()[0]; }));
  EXPECT_TRUE(has("10.88.1.1/24", "late0"));

  here("ip link del late0");
  EXPECT_TRUE(serve(addresses, [&] { return !addresses.held()[0]; }));
  EXPECT_EQ(reports_.back().failed, 1u);
  here("ip link add late0 type veth peer name late1");
  EXPECT_TRUE(serve(addresses, [&] { return addresses.held()[0]; }));
}

TEST_F(VirtualAddressesTest, V1ARenamedInterfaceLosesWhatTheOtherNameCarried) {
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("10.77.1.1/16")}).value();
  addresses.take();
  here("ip link set fw0 name wan0");
  EXPECT_TRUE(serve(addresses, [&] { return !addresses.held()[0]; }));
  EXPECT_FALSE(has("10.77.1.1/16", "wan0"));
}

TEST_F(VirtualAddressesTest, V2OnABackupAPersonsCopyIsNoticedAndLeftAlone) {
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("10.77.1.1/16")}).value();
  addresses.drop();
  here("ip addr add 10.77.1.1/16 dev fw0");
  EXPECT_TRUE(serve(addresses, [&] { return !reports_.empty(); }));
  EXPECT_EQ(reports_[0].work, AddressWork::noticed);
  ASSERT_EQ(reports_[0].foreign.size(), 1u);
  EXPECT_TRUE(has("10.77.1.1/16"));

  EXPECT_EQ(addresses.take().held, 1u) << "on a primary it counts as held";
  EXPECT_EQ(addresses.drop().removed, 0u);
  EXPECT_TRUE(has("10.77.1.1/16"));
}

}  // namespace
}  // namespace flywall::netlink
