// What the neighbour believes, and what it is asked.
#include <gtest/gtest.h>

#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};

class AnnouncementTest : public NamespacesTest {
 protected:
  std::string neighbour_entry(const std::string& address) {
    return shown_there("ip neigh show " + address);
  }
};

TEST_F(AnnouncementTest, ANeighboursFreshEntryIsChangedWithinTheLockTimeSchedule) {
  there("ip neigh replace 10.77.1.1 lladdr 02:00:00:00:00:77 dev lan0 nud reachable");
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("10.77.1.1/16")}).value();
  addresses.take();
  EXPECT_TRUE(serve(addresses, [&] {
    return neighbour_entry("10.77.1.1").find("02:00:00:00:00:01") != std::string::npos;
  }));
  EXPECT_GE(addresses.announcements().frames, 2u);
}

TEST_F(AnnouncementTest, WithoutGratuitousArpNothingIsSent) {
  VirtualAddress quiet = virtual_address("10.77.1.1/16");
  quiet.gratuitous_arp = false;
  auto addresses = VirtualAddresses::create(kOurs, {quiet}).value();
  addresses.take();
  EXPECT_EQ(addresses.announcements().frames, 0u);
  EXPECT_EQ(addresses.deadline(), kNever);
}

TEST_F(AnnouncementTest, AnInterfaceThatComesUpAgainAnnouncesAgain) {
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("10.77.1.1/16")}).value();
  there("ip link set lan0 down");
  addresses.take();
  there(
      "ip link set lan0 up; ip neigh replace 10.77.1.1 lladdr 02:00:00:00:00:77 dev lan0 nud "
      "stale");
  EXPECT_TRUE(serve(addresses, [&] {
    return neighbour_entry("10.77.1.1").find("02:00:00:00:00:01") != std::string::npos;
  }));
}

TEST_F(AnnouncementTest, AnInterfaceWithoutHardwareAddressIsCountedAsRefused) {
  here("ip tuntap add tun0 mode tun; ip link set tun0 up");
  auto addresses =
      VirtualAddresses::create(kOurs, {virtual_address("10.99.1.1/32", "tun0")}).value();
  EXPECT_EQ(addresses.take().added, 1u);
  EXPECT_EQ(addresses.announcements().frames, 0u);
  EXPECT_EQ(addresses.announcements().refused, 1u);
}

TEST_F(AnnouncementTest, V4ASilentAddressIsClaimedAfterTheProbe) {
  VirtualAddress careful = virtual_address("10.77.1.1/16");
  careful.arp_ping = true;
  auto addresses = VirtualAddresses::create(kOurs, {careful}).value();
  const AddressReport report = addresses.take();
  EXPECT_EQ(report.pending, 1u);
  EXPECT_EQ(report.held, 0u);
  EXPECT_TRUE(serve(addresses, [&] { return addresses.held()[0]; }));
  EXPECT_TRUE(has("10.77.1.1/16"));
}

TEST_F(AnnouncementTest, V4AnAddressInUseIsRefusedWithItsOwnerAndTakenOnceItIsFree) {
  there("ip addr add 10.77.1.1/16 dev lan0");
  VirtualAddress careful = virtual_address("10.77.1.1/16");
  careful.arp_ping = true;
  auto addresses =
      VirtualAddresses::create(kOurs, {careful, virtual_address("10.77.1.2/16")}).value();
  EXPECT_EQ(addresses.take().held, 1u) << "the one that asks nobody does not wait";
  ASSERT_TRUE(serve(addresses, [&] { return !reports_.empty(); }));
  ASSERT_EQ(reports_[0].failures.size(), 1u);
  EXPECT_EQ(reports_[0].failures[0].in_use_by, MacAddress::parse("02:00:00:00:00:02"));
  EXPECT_FALSE(has("10.77.1.1/16"));
  there("ip addr del 10.77.1.1/16 dev lan0");
  EXPECT_TRUE(serve(addresses, [&] { return addresses.held()[0]; }));
  EXPECT_EQ(reports_.size(), 2u) << "a lasting refusal is reported once";
}

}  // namespace
}  // namespace flywall::netlink
