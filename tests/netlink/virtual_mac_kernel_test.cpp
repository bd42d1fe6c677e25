// Virtual hardware addresses (L1-L4, V6) as a neighbour and a real bridge see them.
#include <gtest/gtest.h>

#include "netlink/leftovers.hpp"
#include "tests/netlink/bridged_pair.hpp"

namespace flywall::netlink {
namespace {

constexpr std::string_view kCluster = "test";
const AddressTag kTag = address_tag(kCluster);
const InterfaceName kParent = InterfaceName::cut("fw0");
const std::string kLink = virtual_link_name(kCluster, kParent).str();
constexpr const char* kMac = "02:00:5e:00:01:33";

class VirtualMacTest : public BridgedPairTest {
 protected:
  static std::vector<VirtualAddress> both() {
    return {virtual_address("10.77.1.1/16"), virtual_address("fd77::1:1/64")};
  }
  static std::vector<VirtualLink> one_link(const char* mac = kMac) {
    return {{.parent = kParent, .mac = MacAddress::parse(mac).value()}};
  }
  VirtualAddresses made() {
    auto addresses = VirtualAddresses::create(kTag, both()).value();
    addresses.drop();
    addresses.configure_links(kCluster, one_link());
    return addresses;
  }
  bool there_is(const std::string& link) {
    return !shown_here("ip -o link show dev " + link + " 2>/dev/null").empty();
  }
  bool is_up(const std::string& link) {
    return shown_here("ip -o link show dev " + link).find(",UP") != std::string::npos;
  }
  std::string index() { return shown_here("ip -o link show dev " + kLink + " | cut -d: -f1"); }
  std::string setting(const std::string& name) {
    return shown_here("cat /proc/sys/net/ipv4/conf/" + name);
  }
  // Where the client believes the address to be, after it has asked anew.
  std::string asked(const std::string& address) {
    there("ip neigh flush dev br0; ping -n -c 1 -W 20 " + address + " > /dev/null");
    return known(address);
  }
  std::string known(const std::string& address) {
    const std::string line = shown_there("ip neigh show " + address + " dev br0");
    const auto at = line.find("lladdr ");
    return at == std::string::npos ? "nothing" : line.substr(at + 7, 17);
  }
  // At which of its ports the bridge has the hardware address.
  std::string port() {
    const std::string line =
        shown_there(std::string("bridge fdb show br br0 | grep -i ") + kMac + " | head -n 1");
    const auto at = line.find("dev ");
    return at == std::string::npos ? "none" : line.substr(at + 4, line.find(' ', at + 4) - at - 4);
  }
};

TEST_F(VirtualMacTest, L1StandbyTheLinkIsThereAndDown) {
  auto addresses = made();
  EXPECT_TRUE(there_is(kLink));
  EXPECT_FALSE(is_up(kLink));
  addresses.take();
  EXPECT_TRUE(is_up(kLink));
  EXPECT_TRUE(has("10.77.1.1/16", kLink));
  EXPECT_TRUE(has("fd77::1:1/64", kLink));
  EXPECT_FALSE(has("10.77.1.1/16"));
  EXPECT_EQ(shown_here("ip -6 -o addr show dev " + kLink).find("fe80"), std::string::npos)
      << "no address of its own";
  const AddressReport dropped = addresses.drop();
  EXPECT_EQ(dropped.removed, 2u);
  EXPECT_FALSE(is_up(kLink));
  EXPECT_FALSE(has("10.77.1.1/16", kLink));
}

TEST_F(VirtualMacTest, V6NeighboursLearnTheVirtualHardwareAddressAndTheOwnAddressesKeepTheirs) {
  auto addresses = made();
  addresses.take();
  EXPECT_EQ(asked("10.77.1.1"), kMac);
  EXPECT_EQ(asked("fd77::1:1"), kMac);
  EXPECT_EQ(asked("10.77.0.2"), "02:00:00:00:00:01");
  EXPECT_EQ(asked("fd77::2"), "02:00:00:00:00:01");
}

TEST_F(VirtualMacTest, V6AnnouncementsLeaveWithItSoTheBridgeLearnsThePort) {
  auto addresses = made();
  addresses.take();
  EXPECT_TRUE(serve(addresses, [&] { return port() == "lan0"; }));
}

TEST_F(VirtualMacTest, L2WhatTheNodeItselfAsksTeachesNobodyItsOwnHardwareAddress) {
  auto addresses = made();
  addresses.take();
  EXPECT_EQ(asked("10.77.1.1"), kMac);
  EXPECT_EQ(asked("fd77::1:1"), kMac);
  here("ip neigh flush dev fw0");
  here("ping -n -c 1 -W 20 -I 10.77.1.1 10.77.0.9 > /dev/null");
  here("ping -n -c 1 -W 20 -I fd77::1:1 fd77::9 > /dev/null");
  EXPECT_EQ(known("10.77.1.1"), kMac);
  EXPECT_EQ(known("fd77::1:1"), kMac);
}

TEST_F(VirtualMacTest, L3AStrictReturnPathFilterDoesNotStopIt) {
  here("echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter");
  here("echo 1 > /proc/sys/net/ipv4/conf/default/rp_filter");
  auto addresses = made();
  addresses.take();
  EXPECT_EQ(asked("10.77.1.1"), kMac);
}

TEST_F(VirtualMacTest, L4TheEndLeavesNothingAndPutsTheParentsSettingsBack) {
  here("echo 0 > /proc/sys/net/ipv4/conf/fw0/arp_ignore");
  here("echo 1 > /proc/sys/net/ipv4/conf/fw0/arp_announce");
  {
    auto addresses = made();
    EXPECT_EQ(setting("fw0/arp_ignore"), "1\n");
    EXPECT_EQ(setting("fw0/arp_announce"), "2\n");
    addresses.take();
    EXPECT_FALSE(addresses.retire().error);
  }
  EXPECT_FALSE(there_is(kLink));
  EXPECT_EQ(setting("fw0/arp_ignore"), "0\n");
  EXPECT_EQ(setting("fw0/arp_announce"), "1\n");
}

TEST_F(VirtualMacTest, L4WhatACrashLeftIsRemovedBeforeAnythingIsMade) {
  {
    made().take();
  }  // nobody retires it
  ASSERT_TRUE(has("10.77.1.1/16", kLink));
  const std::string old = index();
  ASSERT_NE(old, "");
  auto addresses = made();
  EXPECT_NE(index(), old);
  EXPECT_FALSE(is_up(kLink));
  EXPECT_FALSE(has("10.77.1.1/16", kLink));
  addresses.retire();
  EXPECT_EQ(setting("fw0/arp_ignore"), "0\n") << "not what the crashed life had set";
}

TEST_F(VirtualMacTest, L4TheSweepOfTheDeadTakesTheLinkButNotAnotherClusters) {
  made().take();
  auto others = VirtualAddresses::create(address_tag("other"), {}).value();
  others.configure_links("other", one_link("02:00:5e:00:01:44"));
  const Swept swept = sweep_leftovers(kCluster);
  EXPECT_EQ(swept.links, 1u);
  EXPECT_EQ(swept.trouble, "");
  EXPECT_FALSE(there_is(kLink));
  EXPECT_TRUE(there_is(virtual_link_name("other", kParent).str()));
  EXPECT_EQ(setting("fw0/arp_ignore"), "1\n") << "the other cluster needs it";
  others.retire();
  EXPECT_EQ(setting("fw0/arp_ignore"), "0\n");
}

TEST_F(VirtualMacTest, L4AForeignInterfaceOfItsNameIsReportedAndLeftAlone) {
  here("ip link add " + kLink + " type veth peer name peer0");
  auto addresses = made();
  const AddressReport report = addresses.take();
  EXPECT_EQ(report.held, 0u);
  ASSERT_EQ(report.failures.size(), 2u);
  EXPECT_NE(report.failures[0].reason.find("somebody else's"), std::string::npos);
  EXPECT_FALSE(has("10.77.1.1/16")) << "not with the wrong hardware address either";
  addresses.retire();
  EXPECT_TRUE(there_is(kLink));
}

TEST_F(VirtualMacTest, V1ALinkThatSomebodyDeletesOrTakesDownIsPutBack) {
  auto addresses = made();
  addresses.take();
  here("ip link del " + kLink);
  EXPECT_TRUE(serve(addresses, [&] {
    return there_is(kLink) && is_up(kLink) && has("10.77.1.1/16", kLink) &&
           has("fd77::1:1/64", kLink);
  }));
  EXPECT_EQ(asked("10.77.1.1"), kMac);
  here("ip link set " + kLink + " down");
  EXPECT_TRUE(serve(addresses, [&] { return is_up(kLink) && has("fd77::1:1/64", kLink); }));
  EXPECT_EQ(asked("fd77::1:1"), kMac);
}

TEST_F(VirtualMacTest, V1AParentThatComesLateBringsItsLink) {
  auto addresses =
      VirtualAddresses::create(kTag, {virtual_address("10.88.1.1/24", "late0")}).value();
  addresses.configure_links(
      kCluster, {{.parent = InterfaceName::cut("late0"), .mac = MacAddress::parse(kMac).value()}});
  const AddressReport report = addresses.take();
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].reason, "interface late0 does not exist");
  here("ip link add late0 type veth peer name late1; ip link set late0 up");
  EXPECT_TRUE(serve(addresses, [&] { return addresses.held()[0]; }));
  const std::string link = virtual_link_name(kCluster, InterfaceName::cut("late0")).str();
  EXPECT_TRUE(has("10.88.1.1/24", link));
}

TEST_F(VirtualMacTest, V6AnotherConfigurationMovesTheAddressesWithAnAnnouncement) {
  auto addresses = VirtualAddresses::create(kTag, both()).value();
  addresses.configure_links(kCluster, {});
  addresses.take();
  EXPECT_EQ(asked("10.77.1.1"), "02:00:00:00:00:01");
  addresses.configure_links(kCluster, one_link());
  EXPECT_FALSE(has("10.77.1.1/16"));
  EXPECT_TRUE(has("10.77.1.1/16", kLink));
  EXPECT_TRUE(serve(addresses, [&] { return known("10.77.1.1") == kMac; }));
  addresses.configure_links(kCluster, one_link("02:00:5e:00:01:44"));
  EXPECT_TRUE(serve(addresses, [&] { return known("10.77.1.1") == "02:00:5e:00:01:44"; }));
  addresses.configure_links(kCluster, {});
  EXPECT_FALSE(there_is(kLink));
  EXPECT_TRUE(has("10.77.1.1/16"));
  EXPECT_TRUE(serve(addresses, [&] { return known("10.77.1.1") == "02:00:00:00:00:01"; }));
}

TEST_F(VirtualMacTest, V5AClientLosesNothingAndItsNeighboursNeverChange) {
  auto a = made();
  std::optional<VirtualAddresses> b;
  inside(b_, [&] { b = made(); });
  a.take();
  EXPECT_EQ(asked("10.77.1.1"), kMac);
  EXPECT_EQ(asked("fd77::1:1"), kMac);
  there("ping -n -c 1 -W 20 10.77.1.1 > /dev/null");
  EXPECT_EQ(port(), "lan0");
  Client ipv4 = client("10.77.1.1"), ipv6 = client("fd77::1:1");
  const auto serve_both = [&](const std::function<bool()>& done) {
    return serve(a, [&] {
      if (b->deadline() <= now()) b->on_deadline(now());
      return done();
    });
  };
  const Time begun = now();
  EXPECT_TRUE(serve_both([&] { return now() > begun + 300ms; }));
  a.quiet(300ms);
  EXPECT_TRUE(is_up(kLink));
  EXPECT_EQ(b->take().held, 2u);
  EXPECT_EQ(port(), "lan1");
  EXPECT_TRUE(serve(a, [&] { return !a.lingering(); }));
  EXPECT_FALSE(is_up(kLink));
  EXPECT_EQ(port(), "lan1") << "nothing was said by it when the addresses went";
  EXPECT_TRUE(serve_both([&] { return now() > begun + 1s; }));

  const std::string said4 = ipv4.result(), said6 = ipv6.result();
  EXPECT_NE(said4.find(" 0% packet loss"), std::string::npos) << said4;
  EXPECT_NE(said6.find(" 0% packet loss"), std::string::npos) << said6;
  EXPECT_EQ(port(), "lan1") << "the old primary has said nothing by it";
  EXPECT_EQ(known("10.77.1.1"), kMac);
  EXPECT_EQ(known("fd77::1:1"), kMac);
}

}  // namespace
}  // namespace flywall::netlink
