// Asking gateways and neighbours on real networks: who answers, who does not, who cannot be asked.
#include "daemon/failover/probe_thread.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <set>

#include "base/clock.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::failover {
namespace {

constexpr std::uint32_t kFw0 = 11;
constexpr ProbeHandle kFirst{1}, kSecond{2};

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

class ProbeThreadTest : public netlink::NamespacesTest {
 protected:
  static probe_order::WatchGateway gateway(ProbeHandle handle, const char* address,
                                           Duration interval = 20ms, const char* interface = "") {
    return {.handle = handle,
            .address = ip(address),
            .interface = netlink::InterfaceName::cut(interface),
            .policy = {.rise = 2, .fall = 3},
            .interval = interval};
  }
  static probe_order::Own own(const char* prefix) {
    probe_order::Own own;
    own.networks.push_back({kFw0, Prefix::parse(prefix).value()});
    own.virtual_links.push_back(kFw0);
    return own;
  }
  // The next that is found, or one with handle 0 when nothing is within the patience.
  static ProbeFinding next(ProbeThread& probes, Duration patience = kPatience) {
    for (const Time limit = now() + patience; now() < limit;) {
      if (const auto finding = probes.findings().take()) return *finding;
      pollfd wait{probes.findings().fd(), POLLIN, 0};
      poll(&wait, 1, 5);
      probes.findings().acknowledge();
    }
    return {};
  }
};

TEST_F(ProbeThreadTest, a_gateway_on_the_wire_falls_and_rises_by_its_numbers) {
  ProbeThread probes(ProbeAim::create().value(), 7);
  probes.orders().put(gateway(kFirst, "10.77.0.9"));
  EXPECT_EQ(next(probes).state, MonitorState::up);
  there("ip addr del 10.77.0.9/16 dev lan0");
  const ProbeFinding lost = next(probes);
  EXPECT_EQ(lost.handle, kFirst);
  EXPECT_EQ(lost.state, MonitorState::down);
  EXPECT_EQ(lost.detail.view(), "no answer for 3 probes");
  there("ip addr add 10.77.0.9/16 dev lan0");
  EXPECT_EQ(next(probes).state, MonitorState::up);
  EXPECT_EQ(next(probes, 200ms).handle, ProbeHandle{}) << "only changes are told";
}

TEST_F(ProbeThreadTest, one_behind_a_router_is_asked_by_echo_and_IPv6_by_both) {
  there(
      "ip addr add 198.51.100.1/32 dev lo; ip link set lo up; ip addr add fd77::9/64 dev lan0 "
      "nodad");
  there("ip addr add fd98::1/128 dev lo nodad; sysctl -qw net.ipv6.conf.all.forwarding=1");
  here("ip route add 198.51.100.0/24 via 10.77.0.9; ip addr add fd77::2/64 dev fw0 nodad");
  here("ip -6 route add fd98::/64 via fd77::9");
  ProbeThread probes(ProbeAim::create().value(), 7);
  const char* const addresses[] = {"198.51.100.1", "fd77::9", "fd98::1"};
  for (std::uint32_t i = 0; i < 3; ++i) {
    probes.orders().put(gateway(ProbeHandle{i + 1}, addresses[i]));
    const ProbeFinding found = next(probes);
    EXPECT_EQ(found.handle.value, i + 1) << addresses[i];
    EXPECT_EQ(found.state, MonitorState::up) << addresses[i] << " " << found.detail.view();
  }
  there("ip addr del fd98::1/128 dev lo");
  const ProbeFinding lost = next(probes);
  EXPECT_EQ(lost.handle.value, 3u);
  EXPECT_EQ(lost.state, MonitorState::down);
}

TEST_F(ProbeThreadTest, E5_what_cannot_be_asked_is_unknown_and_says_why) {
  ProbeThread probes(ProbeAim::create().value(), 7);
  probes.orders().put(gateway(kFirst, "203.0.113.1"));
  ProbeFinding found = next(probes);
  EXPECT_EQ(found.state, MonitorState::unknown);
  EXPECT_NE(found.detail.view().find("no route to 203.0.113.1"), std::string_view::npos)
      << found.detail.view();
  probes.orders().put(gateway(kSecond, "10.77.0.9", 20ms, "fw7"));
  found = next(probes);
  EXPECT_EQ(found.handle, kSecond);
  EXPECT_EQ(found.state, MonitorState::unknown);
  EXPECT_EQ(found.detail.view(), "interface fw7 does not exist");
  EXPECT_EQ(next(probes, 200ms).handle, ProbeHandle{}) << "said once";
  here("ip link set fw0 name fw7; ip link set fw7 up");
  EXPECT_EQ(next(probes).state, MonitorState::up) << "picked up when it appears";
}

TEST_F(ProbeThreadTest, a_gateway_whose_interface_went_down_does_not_answer) {
  ProbeThread probes(ProbeAim::create().value(), 7);
  probes.orders().put(gateway(kFirst, "10.77.0.9"));
  EXPECT_EQ(next(probes).state, MonitorState::up);
  here("ip link set fw0 down");
  const ProbeFinding lost = next(probes);
  EXPECT_EQ(lost.state, MonitorState::down) << lost.detail.view();
}

TEST_F(ProbeThreadTest, a_silent_gateway_does_not_delay_one_that_is_asked_more_often) {
  ProbeThread probes(ProbeAim::create().value(), 7);
  probes.orders().put(gateway(kSecond, "10.77.0.8", 1h));
  probes.orders().put(gateway(kFirst, "10.77.0.9", 10ms));
  EXPECT_EQ(next(probes).handle, kFirst);
  const Time before = now();
  there("ip addr del 10.77.0.9/16 dev lan0");
  EXPECT_EQ(next(probes).state, MonitorState::down);
  std::printf("fall = 3 at 10 ms: %.1f ms\n", netlink::milliseconds(now() - before));
}

TEST_F(ProbeThreadTest, more_different_intervals_than_groups_are_all_asked) {
  ProbeThread probes(ProbeAim::create().value(), 7);
  const auto count = static_cast<std::uint32_t>(GatewayProber::kGroups + 3);
  for (std::uint32_t i = 1; i <= count; ++i) {
    there("ip addr add 10.77.1." + std::to_string(i) + "/16 dev lan0");
    const std::string address = "10.77.1." + std::to_string(i);
    probes.orders().put(gateway(ProbeHandle{i}, address.c_str(), 10ms * static_cast<int>(i)));
  }
  std::set<ProbeHandle> answered;
  while (answered.size() < count) {
    const ProbeFinding found = next(probes);
    ASSERT_EQ(found.state, MonitorState::up) << found.detail.view();
    answered.insert(found.handle);
  }
}

TEST_F(ProbeThreadTest, who_is_forgotten_is_asked_no_more) {
  ProbeThread probes(ProbeAim::create().value(), 7);
  probes.orders().put(gateway(kFirst, "10.77.0.9"));
  EXPECT_EQ(next(probes).state, MonitorState::up);
  probes.orders().put(probe_order::Forget{kFirst});
  there("ip addr del 10.77.0.9/16 dev lan0");
  EXPECT_EQ(next(probes, 300ms).handle, ProbeHandle{});
}

TEST_F(ProbeThreadTest, E5_the_deaf_one_gets_no_answer_from_anyone) {
  here("ping -n -c 1 -W 20 10.77.0.9 > /dev/null");
  ProbeThread probes(ProbeAim::create().value(), 7);
  probes.orders().put(own("10.77.0.2/16"));
  probes.orders().put(probe_order::AskNetwork{kFirst, kFw0, {}, {}});
  EXPECT_EQ(next(probes).state, MonitorState::up) << "a recent neighbour answers";
  const Time before = now();
  there("ip link set lan0 arp off");
  const ProbeFinding deaf = next(probes);
  EXPECT_EQ(deaf.state, MonitorState::down);
  EXPECT_EQ(deaf.detail.view(), "nobody answers, 1 asked, first 10.77.0.9");
  std::printf("deaf after %.0f ms\n", netlink::milliseconds(now() - before));
  there("ip link set lan0 arp on");
  EXPECT_EQ(next(probes).state, MonitorState::up);
}

TEST_F(ProbeThreadTest, E5_nobody_to_ask_is_unknown) {
  ProbeThread probes(ProbeAim::create().value(), 7);
  probes.orders().put(probe_order::AskNetwork{kFirst, kFw0, {}, {}});
  EXPECT_EQ(next(probes).state, MonitorState::unknown);
}

TEST_F(ProbeThreadTest, E5_a_peer_is_no_witness_under_any_of_its_addresses) {
  there("ip addr add 10.77.0.10/16 dev lan0");
  here("ping -n -c 1 -W 20 10.77.0.9 > /dev/null; ping -n -c 1 -W 20 10.77.0.10 > /dev/null");
  auto aim = ProbeAim::create().value();
  probe_order::AskNetwork inquiry{kFirst, kFw0, {}, {}};
  EXPECT_EQ(aim.witnesses(inquiry).size(), 2u);
  inquiry.peers.push_back(ip("10.77.0.9"));
  EXPECT_TRUE(aim.witnesses(inquiry).empty()) << "the same hardware address";
  inquiry.gateways.push_back(ip("10.77.0.1"));
  EXPECT_EQ(aim.witnesses(inquiry).size(), 1u);
}

TEST_F(ProbeThreadTest, a_question_never_comes_from_a_virtual_address) {
  here("ip addr add 10.88.0.100/24 dev fw0");
  auto aim = ProbeAim::create().value();
  aim.set_own(own("10.77.0.2/16"));
  EXPECT_EQ(aim.at_gateway(ip("10.77.0.9"), {})->target.source, ip("10.77.0.2"));
  EXPECT_EQ(aim.at_gateway(ip("10.88.0.1"), {})->target.source, IpAddress{});
  EXPECT_FALSE(aim.at_gateway(ip("10.77.0.2"), {})) << "this node itself";
}

}  // namespace
}  // namespace flywall::failover
