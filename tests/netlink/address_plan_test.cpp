#include <gtest/gtest.h>
#include <linux/if_addr.h>

#include "netlink/address_plan.hpp"
#include "tests/netlink/planned_kernel.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};
constexpr std::uint32_t kLan = 4;
const AddressOwner kOwner{kOurs, true, {}};

Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

ObservedAddress observed(const char* text, AddressTag tag = {}, std::uint32_t flags = 0) {
  ObservedAddress result;
  result.interface_index = kLan;
  result.prefix = prefix(text);
  result.label = InterfaceName::cut("lan");
  result.tag = tag;
  result.flags = flags;
  return result;
}

WantedAddress wanted(const char* text, const char* label = "") {
  return {kLan, prefix(text), InterfaceName::cut(label)};
}

std::vector<std::string> told(const AddressPlan& plan) {
  static constexpr const char* kVerbs[] = {"claim ", "release ", "shelter ", "restore ",
                                           "unshelter "};
  std::vector<std::string> result;
  for (const AddressChange& change : plan.changes)
    result.push_back(kVerbs[static_cast<int>(change.purpose)] + change.address.prefix.str());
  return result;
}

using Told = std::vector<std::string>;

TEST(AddressPlan, WhatIsMissingIsClaimedWithOurTagInTheOrderOfTheConfiguration) {
  const std::vector all{wanted("10.0.0.101/24", "lan:vip"), wanted("10.0.0.100/24")};
  const std::vector seen{observed("10.0.0.1/24")};
  const AddressPlan plan = plan_addresses(all, seen, kOwner);
  EXPECT_EQ(told(plan), (Told{"claim 10.0.0.101/24", "claim 10.0.0.100/24"}));
  EXPECT_EQ(plan.changes[0].address.tag, kOurs);
  EXPECT_EQ(plan.changes[0].address.label.view(), "lan:vip");
}

TEST(AddressPlan, A1APersonsCopyOfAWantedAddressCountsAsHeldAndIsNeverRemoved) {
  const std::vector all{wanted("10.0.0.100/24")};
  const std::vector seen{observed("10.0.0.100/24")};
  const AddressPlan taken = plan_addresses(all, seen, kOwner);
  EXPECT_TRUE(taken.changes.empty());
  EXPECT_EQ(taken.held, all);
  EXPECT_TRUE(plan_addresses({}, seen, kOwner).changes.empty());
  const std::vector addresses{all[0].prefix.address};
  EXPECT_EQ(foreign_copies(seen, addresses, kOwner), seen);
}

TEST(AddressPlan, A1AnotherClustersTagIsNotOurs) {
  const std::vector seen{observed("10.0.0.100/24", AddressTag{0x77})};
  EXPECT_TRUE(plan_addresses({}, seen, kOwner).changes.empty());
}

TEST(AddressPlan, A2LeftOversAndFormerPrefixesGoBeforeTheNewOnesCome) {
  const std::vector all{wanted("10.0.0.100/25")};
  const std::vector seen{observed("10.0.0.1/24"),
                         observed("10.0.0.100/24", kOurs, IFA_F_SECONDARY)};
  EXPECT_EQ(told(plan_addresses(all, seen, kOwner)),
            (Told{"release 10.0.0.100/24", "claim 10.0.0.100/25"}));
}

TEST(AddressPlan, A2AnotherLabelIsAnotherAddressOfOurs) {
  const std::vector seen{observed("10.0.0.100/24", kOurs)};
  const std::vector relabelled{wanted("10.0.0.100/24", "lan:vip")};
  const std::vector unlabelled{wanted("10.0.0.100/24")};
  EXPECT_EQ(told(plan_addresses(relabelled, seen, kOwner)),
            (Told{"release 10.0.0.100/24", "claim 10.0.0.100/24"}));
  EXPECT_TRUE(plan_addresses(unlabelled, seen, kOwner).changes.empty());
}

TEST(AddressPlan, A3SecondariesGoFirst) {
  const std::vector seen{observed("10.0.0.100/24", kOurs),
                         observed("10.0.0.101/24", kOurs, IFA_F_SECONDARY),
                         observed("10.0.0.102/24", kOurs, IFA_F_SECONDARY)};
  EXPECT_EQ(told(plan_addresses({}, seen, kOwner)),
            (Told{"release 10.0.0.101/24", "release 10.0.0.102/24", "release 10.0.0.100/24"}));
}

TEST(AddressPlan, A4ANeighbourThatDependsOnOursIsShelteredAndRestoredAsItWas) {
  ObservedAddress own = observed("10.0.0.1/24", {}, IFA_F_SECONDARY);
  own.valid_seconds = 3600;
  const std::vector seen{observed("10.0.0.100/24", kOurs), own};
  const AddressPlan plan = plan_addresses({}, seen, kOwner);
  EXPECT_EQ(told(plan), (Told{"shelter 10.0.0.1/32", "release 10.0.0.100/24", "restore 10.0.0.1/24",
                              "unshelter 10.0.0.1/32"}));
  EXPECT_EQ(plan.changes[2].address, own);
  EXPECT_EQ(plan.changes[0].address.tag, kOurs) << "a crash in between leaves it to the sweep";
}

TEST(AddressPlan, A4ANeighbourWithAFullLengthTwinNeedsNoShelterAndKeepsTheTwin) {
  const std::vector seen{observed("10.0.0.100/24", kOurs), observed("10.0.0.1/32"),
                         observed("10.0.0.1/24", {}, IFA_F_SECONDARY)};
  EXPECT_EQ(told(plan_addresses({}, seen, kOwner)),
            (Told{"release 10.0.0.100/24", "restore 10.0.0.1/24"}));
}

TEST(AddressPlan, WithoutVisibleTagsAnExactCopyOfTheConfigurationIsOurs) {
  const std::vector configured{wanted("10.0.0.100/24")};
  const AddressOwner blind{kOurs, false, configured};
  const std::vector seen{observed("10.0.0.1/24"), observed("10.0.0.100/24", {}, IFA_F_SECONDARY)};
  EXPECT_EQ(told(plan_addresses({}, seen, blind)), (Told{"release 10.0.0.100/24"}));
}

TEST(AddressPlan, AnIpv6AddressIsClaimedWithoutDuplicateAddressDetection) {
  const std::vector all{wanted("fd00::100/64")};
  const AddressPlan plan = plan_addresses(all, {}, kOwner);
  EXPECT_EQ(plan.changes.at(0).address.flags, std::uint32_t{IFA_F_NODAD});
}

TEST(AddressTag, IsStableWithinAClusterAndOutsideTheKernelsOwnValues) {
  EXPECT_EQ(address_tag("flywall"), address_tag("flywall"));
  EXPECT_NE(address_tag("flywall"), address_tag("flywall-2"));
  for (int i = 0; i < 1000; ++i) EXPECT_GE(address_tag(std::to_string(i)).value, 16);
}

}  // namespace
}  // namespace flywall::netlink
