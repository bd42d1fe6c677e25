// IPv6 virtual addresses on a real kernel: usable at once, announced, asked for, kept.
#include <gtest/gtest.h>

#include <algorithm>

#include "netlink/address_dump.hpp"
#include "netlink/arp_probe.hpp"
#include "netlink/link_dump.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};

std::vector<VirtualAddress> many_ipv6(int count) {
  std::vector<VirtualAddress> result;
  for (int i = 0; i < count; ++i)
    result.push_back(virtual_address("fd77::1:" + std::to_string(1000 + i) + "/64"));
  return result;
}

class Ipv6Test : public NamespacesTest {
 protected:
  void SetUp() override {
    NamespacesTest::SetUp();
    if (IsSkipped()) return;
    there("ip addr add fd77::9/64 dev lan0 nodad");
    here("ip addr add fd77::2/64 dev fw0 nodad");
  }
  std::string neighbour_entry(const std::string& address) {
    return shown_there("ip neigh show " + address + " dev lan0");
  }
  bool neighbour_knows(const std::string& address) {
    return neighbour_entry(address).find("02:00:00:00:00:01") != std::string::npos;
  }
  // Asks for all of them from the neighbour's side until all answer.
  bool all_answer(const std::vector<VirtualAddress>& addresses) {
    bool all = false;
    inside_there([&] {
      auto route = RouteSocket::create().value();
      const LinkState lan = link_named(route, InterfaceName::cut("lan0")).value();
      std::vector<Announcement> questions;
      for (const VirtualAddress& address : addresses)
        questions.push_back({address.prefix.address, lan.index, lan.hardware_length, lan.mac});
      const Time limit = now() + kPatience;
      while (!all && now() < limit) {
        auto probe = ArpProbe::create(questions, limit).value();
        const Time again = now() + 1s;
        while (probe.answers().size() < questions.size() && now() < again) probe.on_readable();
        all = probe.answers().size() == questions.size();
      }
    });
    return all;
  }
  std::size_t tagged() {
    auto route = RouteSocket::create().value();
    const auto shown = address_dump(route).value();
    return static_cast<std::size_t>(
        std::ranges::count(shown, kOurs, [](const auto& address) { return address.tag; }));
  }
  void measure(int count) {
    const auto wanted = many_ipv6(count);
    auto addresses = VirtualAddresses::create(kOurs, wanted).value();
    const AddressReport taken = addresses.take();
    EXPECT_EQ(taken.added, wanted.size());
    EXPECT_EQ(taken.failed, 0u);
    EXPECT_TRUE(all_answer(wanted));
    EXPECT_EQ(tagged(), wanted.size());
    const AddressReport dropped = addresses.drop();
    EXPECT_EQ(dropped.removed, wanted.size());
    EXPECT_EQ(tagged(), 0u);
    EXPECT_TRUE(has("fd77::2/64"));
    const AddressReport again = addresses.take();
    EXPECT_EQ(again.added, wanted.size());
    std::printf("%d IPv6 addresses: added in %.1f ms, removed in %.1f ms, added again in %.1f ms\n",
                count, milliseconds(taken.duration), milliseconds(dropped.duration),
                milliseconds(again.duration));
  }
};

TEST_F(Ipv6Test, TwoHundredFiftyAddressesComeAnswerAndGo) { measure(250); }
TEST_F(Ipv6Test, AThousandAddressesComeAnswerAndGo) { measure(1000); }

TEST_F(Ipv6Test, AddressesAreUsableAtOnceAlsoLinkLocalOnes) {
  auto addresses = VirtualAddresses::create(
                       kOurs, {virtual_address("fd77::1/64"), virtual_address("fe80::77/64")})
                       .value();
  EXPECT_EQ(addresses.take().held, 2u);
  const std::string shown = shown_here("ip -o -6 addr show dev fw0");
  for (const char* address : {"fd77::1/64", "fe80::77/64"}) {
    const auto line = shown.substr(shown.find(address));
    EXPECT_EQ(line.substr(0, line.find('\n')).find("tentative"), std::string::npos) << shown;
  }
  there("ping -6 -c 1 -W 20 fd77::1 > /dev/null");
  there("ping -6 -c 1 -W 20 fe80::77%lan0 > /dev/null");
}

// A packet that comes before the kernel's local route is forwarded to nowhere: nothing may be
// announced before (settling.hpp).
TEST_F(Ipv6Test, V3OnceTakenEachOneIsLocal) {
  const auto wanted = many_ipv6(20);
  auto addresses = VirtualAddresses::create(kOurs, wanted).value();
  auto route = RouteSocket::create().value();
  for (int round = 0; round < 20; ++round) {
    addresses.take();
    for (const VirtualAddress& address : wanted) {
      const auto hop = route.route_to(address.prefix.address, 0);
      ASSERT_TRUE(hop && hop->local) << address.prefix.str() << " in round " << round;
    }
    addresses.drop();
  }
}

TEST_F(Ipv6Test, ANeighboursEntryIsOverriddenForGlobalAndLinkLocalAddresses) {
  there("ip neigh replace fd77::1 lladdr 02:00:00:00:00:77 dev lan0 nud reachable");
  there("ip neigh replace fe80::77 lladdr 02:00:00:00:00:77 dev lan0 nud reachable");
  auto addresses = VirtualAddresses::create(
                       kOurs, {virtual_address("fd77::1/64"), virtual_address("fe80::77/64")})
                       .value();
  addresses.take();
  EXPECT_TRUE(
      serve(addresses, [&] { return neighbour_knows("fd77::1") && neighbour_knows("fe80::77"); }));
  EXPECT_EQ(neighbour_entry("fd77::1").find("router"), std::string::npos);
  EXPECT_EQ(addresses.announcements().refused, 0u);
}

TEST_F(Ipv6Test, OnAnInterfaceThatForwardsTheRouterFlagIsSet) {
  here("echo 1 > /proc/sys/net/ipv6/conf/fw0/forwarding");
  there("ip neigh replace fd77::1 lladdr 02:00:00:00:00:77 dev lan0 nud reachable");
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("fd77::1/64")}).value();
  addresses.take();
  EXPECT_TRUE(serve(addresses, [&] { return neighbour_knows("fd77::1"); }));
  EXPECT_NE(neighbour_entry("fd77::1").find("router"), std::string::npos);
}

TEST_F(Ipv6Test, V4AnAddressInUseIsRefusedWithItsOwnerAndTakenOnceItIsFree) {
  there("ip addr add fd77::1/64 dev lan0 nodad");
  VirtualAddress careful = virtual_address("fd77::1/64");
  careful.arp_ping = true;
  VirtualAddress silent = virtual_address("fe80::77/64");
  silent.arp_ping = true;
  auto addresses = VirtualAddresses::create(kOurs, {careful, silent}).value();
  EXPECT_EQ(addresses.take().pending, 2u);
  ASSERT_TRUE(serve(addresses, [&] { return addresses.held()[1] && !reports_.empty(); }));
  ASSERT_FALSE(reports_.back().failures.empty());
  EXPECT_EQ(reports_.back().failures[0].in_use_by, MacAddress::parse("02:00:00:00:00:02"));
  EXPECT_FALSE(has("fd77::1/64"));
  there("ip addr del fd77::1/64 dev lan0");
  EXPECT_TRUE(serve(addresses, [&] { return addresses.held()[0]; }));
  EXPECT_TRUE(has("fd77::1/64"));
}

TEST_F(Ipv6Test, V1TheAddressesComeBackAfterTheInterfaceWasDown) {
  auto addresses = VirtualAddresses::create(
                       kOurs, {virtual_address("fd77::1/64"), virtual_address("fe80::77/64")})
                       .value();
  addresses.take();
  here("ip link set fw0 down");
  EXPECT_TRUE(serve(addresses, [&] { return !reports_.empty(); }));
  here("ip link set fw0 up");
  EXPECT_TRUE(serve(
      addresses, [&] { return addresses.held()[0] && has("fd77::1/64") && has("fe80::77/64"); }));
  EXPECT_LE(reports_.size(), 4u) << "no busy loop while it is down";
  there("ping -6 -c 1 -W 20 fd77::1 > /dev/null");
}

TEST_F(Ipv6Test, TheNodesOwnAddressAndRoutesStayWhenAVirtualOneOfTheSameNetworkGoes) {
  here("ip -6 addr flush dev fw0 scope global");
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("fd77::1/64")}).value();
  addresses.take();
  here("ip addr add fd77::2/64 dev fw0 nodad; ip -6 route add fd88::/64 via fd77::9 dev fw0");
  EXPECT_EQ(addresses.drop().removed, 1u);
  EXPECT_TRUE(has("fd77::2/64"));
  EXPECT_NE(shown_here("ip -6 route show fd88::/64").find("fd77::9"), std::string::npos);
}

}  // namespace
}  // namespace flywall::netlink
