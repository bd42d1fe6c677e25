#include "netlink/virtual_link.hpp"

#include <gtest/gtest.h>

namespace flywall::netlink {
namespace {

TEST(VirtualLink, AClustersHardwareAddressIsLocalOfOneStationAndItsOwn) {
  const MacAddress mac = cluster_mac("flywall");
  EXPECT_EQ(mac, cluster_mac("flywall")) << "every node makes the same";
  EXPECT_NE(mac, cluster_mac("another"));
  EXPECT_EQ(mac.bytes[0], 0x02) << "locally administered, not a group";
}

TEST(VirtualLink, ItsNameTellsTheParentAndAlwaysFits) {
  const auto name = [](std::string_view parent) {
    return virtual_link_name("flywall", InterfaceName::cut(parent)).str();
  };
  EXPECT_TRUE(name("eth1").ends_with("-eth1")) << name("eth1");
  EXPECT_TRUE(name("0123456789").ends_with("-0123456789"));
  EXPECT_EQ(name("01234567890abcd").size(), 15u);
  EXPECT_NE(name("01234567890abcd"), name("01234567890abce")) << "cut names would be the same";
}

TEST(VirtualLink, AMarkTellsWhoseTheLinkIsAndWhatItsParentDidBefore) {
  const ArpBehaviour former{.ignore = 3, .announce = 12};
  const std::string mark = link_mark("flywall", former);
  ASSERT_TRUE(read_link_mark("flywall", mark).has_value());
  EXPECT_TRUE(read_link_mark("flywall", mark)->ours);
  EXPECT_EQ(read_link_mark("flywall", mark)->former, former);
  EXPECT_FALSE(read_link_mark("another", mark)->ours);
  EXPECT_LT(link_mark(std::string(4000, 'x'), former).size(), 256u) << "IFALIASZ";
}

TEST(VirtualLink, WhatIsNotMarkedByUsIsNobodysLeftover) {
  for (const char* alias : {"", "uplink", "flywall", "flywall virtual_ma"})
    EXPECT_FALSE(read_link_mark("flywall", alias).has_value()) << alias;
  EXPECT_FALSE(read_link_mark("flywall", "flywall virtual_mac ")->ours);
}

}  // namespace
}  // namespace flywall::netlink
