#include "daemon/failover/conditions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace flywall::failover {
namespace {

using heartbeat::FaultClass;
using processes::message::MonitorChanged;

constexpr Time kStart = time_from_nanoseconds(1'000'000'000);
constexpr std::uint32_t kLan = 3;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

netlink::LinkState link(std::uint32_t index, const char* name, bool up) {
  return {.index = index,
          .name = netlink::InterfaceName::cut(name),
          .admin_up = true,
          .carrier = up,
          .running = up};
}

Watched pair() {
  Watched watched;
  watched.links = {{.interface = "eth1"}, {.interface = "eth3", .weight = 30}};
  watched.served = {"eth1"};
  watched.gateways = {{.address = ip("10.0.0.9"), .interface = ""},
                      {.address = ip("203.0.113.9"), .interface = "", .weight = 20}};
  watched.scripts = {{.name = "disk", .command = {}}};
  watched.services = {{.name = "dns", .unit = "", .connect = {}, .weight = 200}};
  watched.detection = 300ms;
  return watched;
}

ServedNetworks lan_served() {
  ServedNetworks served;
  served.push_back({kLan, Prefix::parse("10.0.0.1/24").value()});
  return served;
}

class ConditionsTest : public ::testing::Test {
 protected:
  ConditionsTest() {
    conditions.note(link(kLan, "eth1", true), follower());
    conditions.note(link(5, "eth3", true), follower());
    conditions.on_time(follower());
    conditions.serve(lan_served(), follower());
    take_orders();
    conditions.reports().clear();
  }
  Conditions::Moment follower() const { return {at, false}; }
  Conditions::Moment holder() const { return {at, true}; }
  Conditions::Moment moment() const { return {at, holds}; }
  std::vector<ProbeOrder> take_orders() {
    std::vector<ProbeOrder> orders = std::move(conditions.orders());
    conditions.orders().clear();
    for (const ProbeOrder& order : orders) {
      if (const auto* watch = std::get_if<probe_order::WatchGateway>(&order))
        handles[watch->address.str()] = watch->handle;
      if (const auto* ask = std::get_if<probe_order::AskNetwork>(&order)) asked = *ask;
    }
    return orders;
  }
  void gateway(const char* address, MonitorState state) {
    conditions.note(
        ProbeFinding{handles.at(address), state,
                     InlineText<120>::cut(state == MonitorState::down ? "no answer" : "")},
        moment());
  }
  void network(MonitorState state) {
    conditions.note(ProbeFinding{asked.handle, state, {}}, moment());
  }
  // The peer on eth1, and over the sync cable.
  void hear(bool on_lan, bool over_sync = true) {
    const std::vector<SilentNetworks::Path> paths{{kLan, ip("10.0.0.2"), on_lan},
                                                  {0, ip("192.168.100.2"), over_sync}};
    conditions.review(paths, moment());
    take_orders();
  }
  void pass(Duration time) {
    at += time;
    if (at >= conditions.deadline()) conditions.on_time(moment());
  }
  processes::MonitorStatus shown(std::string_view name) {
    processes::Snapshot snapshot;
    conditions.describe(snapshot);
    for (std::size_t i = 0; i < snapshot.monitor_count; ++i)
      if (snapshot.monitors[i].name.view() == name) return snapshot.monitors[i];
    return {};
  }

  Time at = kStart;
  bool holds = false;
  Conditions conditions{pair(), kStart};
  std::map<std::string, ProbeHandle> handles;
  probe_order::AskNetwork asked;
};

TEST_F(ConditionsTest, all_well_is_no_fault_and_no_penalty) {
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  EXPECT_EQ(conditions.penalty(), 0);
  EXPECT_EQ(conditions.deadline(), kNever);
}

TEST_F(ConditionsTest, an_interface_that_was_never_seen_is_a_fault) {
  Conditions fresh(pair(), kStart);
  EXPECT_EQ(fresh.fault(), FaultClass::faulty);
  fresh.note(link(kLan, "eth1", true), follower());
  EXPECT_EQ(fresh.fault(), FaultClass::none);
  EXPECT_EQ(fresh.penalty(), 30) << "of eth3, which is not there";
}

TEST_F(ConditionsTest, E11_a_link_of_the_holder_counts_at_once) {
  holds = true;
  conditions.note(link(kLan, "eth1", false), moment());
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
  ASSERT_EQ(conditions.reports().size(), 1u);
  EXPECT_EQ(conditions.reports()[0].text.view(), "eth1 down");
  conditions.note(link(kLan, "eth1", true), moment());
  EXPECT_EQ(conditions.fault(), FaultClass::none);
}

TEST_F(ConditionsTest, E2_a_weight_is_a_penalty_and_no_fault) {
  conditions.note(link(5, "eth3", false), moment());
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  EXPECT_EQ(conditions.penalty(), 30);
  gateway("203.0.113.9", MonitorState::down);
  EXPECT_EQ(conditions.penalty(), 50);
}

TEST_F(ConditionsTest, penalties_end_at_254) {
  conditions.note(link(5, "eth3", false), moment());
  gateway("203.0.113.9", MonitorState::down);
  conditions.note(MonitorChanged{.monitor = 1, .up = false, .detail = {}}, moment());
  EXPECT_EQ(conditions.penalty(), 250);
  Watched more = pair();
  more.services.push_back({.name = "dhcp", .unit = "", .connect = {}, .weight = 200});
  conditions.reconfigure(more, moment());
  conditions.note(MonitorChanged{.monitor = 2, .up = false, .detail = {}}, moment());
  EXPECT_EQ(conditions.penalty(), 254);
}

TEST_F(ConditionsTest, an_interface_with_virtual_addresses_is_a_fault_whatever_its_weight) {
  Watched watched = pair();
  watched.links[0].weight = 10;
  conditions.reconfigure(watched, moment());
  conditions.note(link(kLan, "eth1", false), moment());
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
  EXPECT_EQ(conditions.penalty(), 0);
}

TEST_F(ConditionsTest, a_gateway_lost_counts_at_once_on_the_one_who_follows) {
  gateway("10.0.0.9", MonitorState::down);
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
  ASSERT_EQ(conditions.reports().size(), 1u);
  EXPECT_EQ(conditions.reports()[0].text.view(), "gateway 10.0.0.9 down: no answer");
}

TEST_F(ConditionsTest, E11_a_gateway_lost_counts_on_the_holder_when_the_other_would_have_noticed) {
  holds = true;
  gateway("10.0.0.9", MonitorState::down);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  EXPECT_EQ(shown("10.0.0.9").state, MonitorState::down) << "but it is shown";
  pass(1s);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  pass(Conditions::kTellTime);
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
  gateway("10.0.0.9", MonitorState::up);
  EXPECT_EQ(conditions.fault(), FaultClass::none) << "good news of the holder counts at once";
}

TEST_F(ConditionsTest, a_gateway_that_comes_back_in_time_never_counted) {
  holds = true;
  gateway("10.0.0.9", MonitorState::down);
  pass(500ms);
  gateway("10.0.0.9", MonitorState::up);
  EXPECT_EQ(conditions.deadline(), kNever);
  pass(10s);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
}

TEST_F(ConditionsTest, E11_what_comes_back_counts_later_on_the_one_who_follows) {
  gateway("10.0.0.9", MonitorState::down);
  conditions.note(link(kLan, "eth1", false), moment());
  gateway("10.0.0.9", MonitorState::up);
  conditions.note(link(kLan, "eth1", true), moment());
  pass(Conditions::kLinkSettling);
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
  pass(1s + Conditions::kTellTime - Conditions::kLinkSettling);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
}

TEST_F(ConditionsTest, what_was_never_answered_or_asked_is_unknown_and_no_fault) {
  gateway("10.0.0.9", MonitorState::unknown);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  EXPECT_TRUE(conditions.reports().empty());
}

TEST_F(ConditionsTest, scripts_come_first_then_services_by_position) {
  conditions.note(
      MonitorChanged{.monitor = 0, .up = false, .detail = InlineText<120>::cut("exit status 2")},
      moment());
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
  EXPECT_EQ(conditions.reports().back().text.view(), "script disk down: exit status 2");
  conditions.note(MonitorChanged{.monitor = 1, .up = false, .detail = {}}, moment());
  EXPECT_EQ(conditions.reports().back().text.view(), "service dns down");
  conditions.note(MonitorChanged{.monitor = 99, .up = false, .detail = {}}, moment());
  EXPECT_EQ(conditions.reports().size(), 2u);
}

TEST_F(ConditionsTest, E5_who_gets_no_answer_on_a_silent_network_is_deaf) {
  hear(true);
  hear(false);
  EXPECT_EQ(asked.ifindex, kLan);
  ASSERT_EQ(asked.gateways.size(), 1u);
  EXPECT_EQ(asked.gateways[0], ip("10.0.0.9"));
  ASSERT_GE(asked.peers.size(), 1u);
  EXPECT_EQ(asked.peers[0], ip("10.0.0.2"));
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  network(MonitorState::down);
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
  EXPECT_EQ(shown("eth1").kind, processes::MonitorStatus::Kind::link) << "links come first";
  EXPECT_EQ(conditions.reports().back().text.view(), "network eth1 deaf");
}

TEST_F(ConditionsTest, E5_who_is_answered_is_not_deaf_and_nobody_to_ask_is_unknown) {
  hear(true);
  hear(false);
  network(MonitorState::unknown);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  network(MonitorState::up);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
}

TEST_F(ConditionsTest, E5_the_holder_gives_the_other_one_time_to_find_itself_deaf_too) {
  holds = true;
  hear(true);
  hear(false);
  network(MonitorState::down);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  pass(300ms + Conditions::kTellTime);
  EXPECT_EQ(conditions.fault(), FaultClass::faulty);
}

TEST_F(ConditionsTest, E5_a_network_that_is_heard_again_is_forgotten) {
  holds = true;
  hear(true);
  hear(false);
  network(MonitorState::down);
  pass(1s);
  const ProbeHandle before = asked.handle;
  conditions.review(std::vector<SilentNetworks::Path>{{kLan, ip("10.0.0.2"), true}}, moment());
  const auto orders = take_orders();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(std::get<probe_order::Forget>(orders[0]).handle, before);
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  network(MonitorState::down);  // a late word of the old inquiry
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  hear(false);
  EXPECT_NE(asked.handle, before);
}

TEST_F(ConditionsTest, E5_a_gateway_that_was_dead_before_is_no_witness) {
  gateway("10.0.0.9", MonitorState::down);
  hear(true);
  hear(false);
  EXPECT_TRUE(asked.gateways.empty());
}

TEST_F(ConditionsTest, another_configuration_keeps_the_state_of_what_stays) {
  gateway("10.0.0.9", MonitorState::down);
  Watched watched = pair();
  watched.gateways.erase(watched.gateways.begin() + 1);
  watched.gateways.push_back({.address = ip("10.0.0.7"), .interface = ""});
  watched.gateways[0].weight = 15;
  conditions.reconfigure(watched, moment());
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  EXPECT_EQ(conditions.penalty(), 15) << "the same failure by its new weight";
  const auto orders = take_orders();
  const auto forgotten = std::ranges::count_if(orders, [](const ProbeOrder& order) {
    return std::holds_alternative<probe_order::Forget>(order);
  });
  EXPECT_EQ(forgotten, 1);
  EXPECT_NE(handles.at("10.0.0.7"), handles.at("203.0.113.9"));
}

TEST_F(ConditionsTest, a_link_that_a_new_configuration_names_is_looked_at_before_it_counts) {
  holds = true;
  Watched watched = pair();
  watched.links.push_back({.interface = "eth9"});
  conditions.reconfigure(watched, moment());
  EXPECT_EQ(conditions.fault(), FaultClass::none);
  pass(Conditions::kLookTime);
  EXPECT_EQ(conditions.fault(), FaultClass::faulty) << "it does not exist";
  conditions.note(link(9, "eth9", true), moment());
  EXPECT_EQ(conditions.fault(), FaultClass::none);
}

}  // namespace
}  // namespace flywall::failover
