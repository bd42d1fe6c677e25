// Addresses with a lifetime on a real kernel; skipped without root.
#include <gtest/gtest.h>

#include "netlink/lent_addresses.hpp"
#include "netlink/virtual_addresses.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kLentTag{0xf1};

class LentAddressesTest : public NamespacesTest {
 protected:
  void SetUp() override {
    NamespacesTest::SetUp();
    if (IsSkipped()) return;
    addresses_.emplace(VirtualAddresses::create(kLentTag, {virtual_address("10.77.1.1/16"),
                                                           virtual_address("fd77::1:1/64")})
                           .value());
    here("ip addr add 10.77.1.9/16 dev fw0");
    EXPECT_EQ(addresses_->take().held, 2u);
  }
  std::optional<VirtualAddresses> addresses_;
};

TEST_F(LentAddressesTest, WhatIsRenewedStaysAndWhatIsNotGoesByItself) {
  auto lent = LentAddresses::create(kLentTag).value();
  const Time start = now();
  while (now() < start + 3s) {
    ASSERT_EQ(lent.renew().value(), 2u);
    ASSERT_TRUE(has("10.77.1.1/16") && has("fd77::1:1/64"));
  }
  const Time last = now();
  while ((has("10.77.1.1/16") || has("fd77::1:1/64")) && now() < last + kPatience) {
  }
  EXPECT_FALSE(has("10.77.1.1/16"));
  EXPECT_FALSE(has("fd77::1:1/64"));
  EXPECT_TRUE(has("10.77.1.9/16")) << "a person's own";
}

TEST_F(LentAddressesTest, NothingIsAddedThatIsNotThere) {
  auto lent = LentAddresses::create(kLentTag).value();
  addresses_->drop();
  EXPECT_EQ(lent.renew().value(), 0u);
  EXPECT_FALSE(has("10.77.1.1/16"));
}

}  // namespace
}  // namespace flywall::netlink
