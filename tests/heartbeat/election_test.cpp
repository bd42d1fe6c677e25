// The election's rules, one scenario each, on the simulator's world without chance: real Elections
// and Sessions, scripted faults. Whole stories are compared with transcripts/*.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/heartbeat/scenario.hpp"

namespace flywall::heartbeat {
namespace {

constexpr std::size_t kAda = 0;
constexpr std::size_t kBob = 1;
constexpr std::size_t kCid = 2;
constexpr Duration kDetection = 300ms;

TEST(Election, E1_a_node_claims_nothing_before_it_has_listened) {
  Scenario scene(quiet_plan(2));
  scene.world.start(kAda);
  scene.run_for(499ms);
  EXPECT_EQ(scene.state(kAda), State::init);
  EXPECT_FALSE(scene.tells("taking_over"));
  scene.run_for(10ms);
  EXPECT_EQ(scene.state(kAda), State::primary);
}

TEST(Election, E2_a_cold_start_in_any_order_ends_with_the_preferred_node) {
  std::array<std::size_t, 3> order{kAda, kBob, kCid};
  do {
    Scenario scene(quiet_plan(3));
    for (const std::size_t node : order) {
      scene.world.start(node);
      scene.run_for(150ms);
    }
    scene.run_for(2s);
    scene.expect_one_primary();
    EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
    EXPECT_EQ(scene.times("-> taking_over"), 1U) << scene.told();
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Election, E2_a_tie_of_three_is_broken_by_the_node_id) {
  auto plan = quiet_plan(3);
  for (auto& node : plan.node) node.policy.priority = 100;
  Scenario scene(plan);
  scene.start_all();
  EXPECT_EQ(scene.world.primary(), kAda);
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kBob);
  scene.expect_golden("tie_of_three");
}

TEST(Election, E2_a_node_that_starts_later_does_not_take_the_role_from_a_living_primary) {
  Scenario scene(quiet_plan(2));
  scene.world.start(kBob);
  scene.run_for(2s);
  scene.world.start(kAda);
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kBob);
  EXPECT_EQ(scene.state(kAda), State::backup);
  scene.expect_golden("late_start");
}

TEST(Election, E3_a_takeover_claims_above_every_epoch_seen) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  const Claim before = scene.node(kAda).claim();
  EXPECT_EQ(scene.node(kBob).claim(), before);
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  EXPECT_GT(scene.node(kBob).claim(), before);
}

TEST(Election, E3_a_restarted_node_does_not_use_an_epoch_again) {
  Scenario scene(quiet_plan(2));
  scene.world.start(kAda);
  scene.run_for(1s);
  const Claim before = scene.node(kAda).claim();
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  scene.world.start(kAda);
  scene.run_for(1s);
  EXPECT_GT(scene.node(kAda).claim(), before);
}

TEST(Election, E3_without_a_store_a_claim_is_made_with_an_alarm) {
  Scenario scene(quiet_plan(2));
  scene.world.break_store(kAda, true);
  scene.world.break_store(kBob, true);
  scene.start_all();
  EXPECT_EQ(scene.world.primary(), kAda);
  EXPECT_TRUE(scene.tells("alarm: epoch"));
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kBob);
  scene.expect_golden("epoch_store_failing");
}

TEST(Election, E4_a_power_loss_is_answered_within_detection_and_two_round_trips) {
  const auto plan = quiet_plan(2);
  Scenario scene(plan);
  scene.start_all();
  scene.forget();
  scene.world.lose_power(kAda);
  scene.run_for(kDetection + 4 * plan.longest_way() + plan.address_time);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.expect_golden("power_loss");
}

TEST(Election, E5_one_silent_path_changes_no_role) {
  auto plan = quiet_plan(2);
  plan.paths = 2;
  Scenario scene(plan);
  scene.start_all();
  scene.forget();
  for (auto [from, to] : {std::pair{kAda, kBob}, std::pair{kBob, kAda}})
    scene.world.network().link(from, to, 0).cuts += 1;
  scene.world.cables_changed();
  scene.run_for(2s);
  EXPECT_EQ(scene.world.primary(), kAda);
  EXPECT_TRUE(scene.tells("path 0 of ada is silent"));
  EXPECT_FALSE(scene.tells("->")) << scene.told();
}

TEST(Election, E5_a_primary_that_another_peer_hears_is_not_replaced) {
  Scenario scene(quiet_plan(3));
  scene.start_all();
  scene.forget();
  scene.cut_both(kAda, kBob);
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  EXPECT_EQ(scene.node(kBob).holder(), NodeId("ada"));
  scene.expect_golden("heard_by_another");
}

TEST(Election, E5_a_backup_that_the_primary_does_not_hear_stays_backup) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.cut(kBob, kAda);
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  scene.cut(kBob, kAda, false);
  scene.run_for(2s);
  scene.expect_one_primary();
  scene.expect_golden("one_way_to_the_primary");
}

TEST(Election, E5_a_primary_that_nobody_hears_gives_way) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.cut(kAda, kBob);
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.cut(kAda, kBob, false);
  scene.run_for(2s);
  scene.expect_one_primary();
  scene.expect_golden("one_way_from_the_primary");
}

TEST(Election, E6_a_minority_gives_the_role_up_and_the_majority_takes_it) {
  Scenario scene(quiet_plan(3, Quorum::majority));
  scene.start_all();
  scene.forget();
  scene.cut_both(kAda, kBob);
  scene.cut_both(kAda, kCid);
  scene.run_for(3s);
  EXPECT_EQ(scene.state(kAda), State::backup);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.cut_both(kAda, kBob, false);
  scene.cut_both(kAda, kCid, false);
  scene.run_for(2s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kBob);
  scene.expect_golden("majority");
}

TEST(Election, E8_after_a_split_the_older_primary_stays_and_both_report_it) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.cut_both(kAda, kBob);
  scene.run_for(5s);
  EXPECT_EQ(scene.state(kAda), State::primary);
  EXPECT_EQ(scene.state(kBob), State::primary);
  scene.cut_both(kAda, kBob, false);
  scene.run_for(3s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kAda);
  EXPECT_TRUE(scene.tells("ada  meets a second primary, bob"));
  EXPECT_TRUE(scene.tells("bob  meets a second primary, ada"));
  EXPECT_EQ(scene.node(kAda).claim().epoch, Epoch{3});  // above both
  scene.expect_golden("split_and_heal");
}

TEST(Election, E8_the_better_network_wins_over_the_older_primary) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.cut_both(kAda, kBob);
  scene.run_for(2s);
  scene.world.set_fault(kAda, FaultClass::faulty);
  scene.run_for(100ms);
  EXPECT_EQ(scene.state(kAda), State::primary);
  scene.cut_both(kAda, kBob, false);
  scene.run_for(3s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
}

TEST(Election, E9_an_order_hands_the_role_to_the_next_after_one_message) {
  const auto plan = quiet_plan(2);
  Scenario scene(plan);
  scene.start_all();
  scene.forget();
  scene.world.order_failover(kAda);
  scene.run_for(2 * plan.longest_way() + 2 * plan.address_time);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.run_for(2s);
  EXPECT_EQ(scene.world.primary(), kBob);
  scene.expect_golden("handover");
}

TEST(Election, E11_a_lone_primary_refuses_the_order) {
  Scenario scene(quiet_plan(2));
  scene.world.start(kAda);
  scene.run_for(1s);
  scene.world.order_failover(kAda);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda);
  EXPECT_TRUE(scene.tells("refuses the order: no_better_peer"));
}

TEST(Election, E11_a_last_will_is_answered_after_one_message) {
  const auto plan = quiet_plan(2);
  Scenario scene(plan);
  scene.start_all();
  scene.forget();
  scene.world.kill(kAda);
  scene.run_for(2 * plan.longest_way() + plan.address_time);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.expect_golden("last_will");
}

TEST(Election, E9_a_stop_hands_the_role_over_first) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.stop(kAda);
  scene.run_for(60ms);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  EXPECT_FALSE(scene.world.truth().body[kAda].addresses);
  scene.expect_golden("stop");
}

TEST(Election, E11_a_primary_with_a_dead_link_gives_way_to_a_better_peer) {
  const auto plan = quiet_plan(2);
  Scenario scene(plan);
  scene.start_all();
  scene.forget();
  scene.world.set_fault(kAda, FaultClass::faulty);
  scene.run_for(4 * plan.longest_way() + plan.address_time);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  EXPECT_EQ(scene.state(kAda), State::fault);
  scene.expect_golden("dead_link");
}

TEST(Election, E11_a_primary_keeps_the_role_when_its_peer_has_the_same_fault) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.world.set_fault(kBob, FaultClass::faulty);
  scene.run_for(1s);
  scene.forget();
  scene.world.set_fault(kAda, FaultClass::faulty);
  scene.run_for(2s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  EXPECT_FALSE(scene.tells("->")) << scene.told();
}

TEST(Election, E11_refused_addresses_give_the_role_to_the_peer) {
  Scenario scene(quiet_plan(2));
  scene.world.refuse_addresses(kAda, true);
  scene.world.start(kAda);
  scene.world.start(kBob);
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
}

TEST(Election, E13_a_paused_primary_wakes_asks_and_steps_down) {
  for (const int detections : {3, 10}) {
    Scenario scene(quiet_plan(2));
    scene.start_all();
    scene.forget();
    scene.world.pause(kAda);
    scene.run_for(kDetection * detections);
    EXPECT_EQ(scene.state(kBob), State::primary);
    scene.world.resume(kAda);
    scene.run_for(3s);
    scene.expect_one_primary();
    EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
    scene.expect_golden("pause_of_" + std::to_string(detections) + "_detections");
  }
}

TEST(Election, E13_after_a_pause_of_one_detection_time_there_is_one_primary) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.pause(kAda);
  scene.run_for(kDetection);
  scene.world.resume(kAda);
  scene.run_for(3s);
  scene.expect_one_primary();
  scene.expect_golden("pause_of_1_detection");
}

TEST(Election, E13_a_paused_backup_changes_nothing) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.pause(kBob);
  scene.run_for(kDetection * 10);
  scene.world.resume(kBob);
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kAda);
  EXPECT_FALSE(scene.tells("->")) << scene.told();
}

TEST(Election, E13_a_lone_survivor_goes_on_after_a_pause) {
  Scenario scene(quiet_plan(2));
  scene.world.start(kAda);
  scene.run_for(1s);
  scene.world.pause(kAda);
  scene.run_for(3s);
  scene.world.resume(kAda);
  scene.run_for(2s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  EXPECT_EQ(scene.times("primary ->"), 0U);
}

TEST(Election, E14_recordings_do_not_wake_the_dead) {
  auto plan = quiet_plan(2);
  plan.faults |= 1U << static_cast<unsigned>(simulation::Fault::replay);
  Scenario scene(plan);
  scene.start_all();
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  scene.forget();
  scene.world.network().release(scene.world.truth().now, 96);
  scene.run_for(1s);
  EXPECT_EQ(scene.told(), "");
  EXPECT_FALSE(scene.node(kBob).peer(PeerIndex{0}).alive);
}

TEST(Election, E15_a_restart_before_detection_is_noticed_and_the_peer_takes_over) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.lose_power(kAda);
  scene.run_for(20ms);
  scene.world.start(kAda);
  scene.run_for(kDetection);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.run_for(2s);
  scene.expect_one_primary();
  scene.expect_golden("restart_before_detection");
}

TEST(Election, E15_two_machines_with_one_id_are_noticed) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.world.add_clone(kAda);
  scene.run_for(3s);
  scene.world.checkers().freshness.demand_duplicate_report(kAda);
  scene.expect_no_violation();
}

// --- the core alone: what a shell could do wrong, and limits

struct Core {
  Policy policy = quiet_plan(2).node[kAda].policy;
  Time now = Time(1000s);
  Election election{policy, now};

  const Actions& step(const Event& event, Duration later = 0ns) {
    now += later;
    return election.step(now, event);
  }
  void become_primary() {
    while (election.state() != State::taking_over) {
      const Actions& actions = step(event::Tick{}, election.deadline() - now);
      const bool drains = std::any_of(actions.begin(), actions.end(), [](const Action& action) {
        return std::holds_alternative<action::DrainSockets>(action);
      });
      if (drains) step(event::SocketsDrained{});
    }
    step(event::AddressesTaken{election.claim().epoch});
  }
};

TEST(Election, E12_no_storm_of_events_makes_a_node_say_more_than_its_limit) {
  Core core;
  core.become_primary();
  Statement said;
  said.sender = NodeId("bob");
  said.state = State::primary;
  std::size_t copies = 0;
  for (int i = 0; i < 1000; ++i) {
    said.claim = Claim{core.election.claim().epoch.next(), said.sender};
    said.tenure = Epoch{static_cast<std::uint64_t>(1000 + i)};
    const event::Heard heard{
        .peer = PeerIndex{0}, .path = PathIndex{0}, .tag = {}, .statement = said};
    for (const Action& action : core.step(heard, 10us))
      if (const auto* speak = std::get_if<action::Speak>(&action)) copies += speak->copies;
  }
  EXPECT_LE(copies, 1U + kMaxExtraSpeeches);
}

TEST(Election, E11_addresses_that_never_come_are_given_up) {
  Core core;
  core.become_primary();
  EXPECT_EQ(core.election.state(), State::primary);
  Core waiting;
  while (waiting.election.state() != State::taking_over) {
    waiting.step(event::Tick{}, waiting.election.deadline() - waiting.now);
    waiting.step(event::SocketsDrained{});
  }
  for (int i = 0; i < 200 && waiting.election.holds(); ++i)
    waiting.step(event::Tick{}, waiting.election.deadline() - waiting.now);
  EXPECT_FALSE(waiting.election.holds());
}

TEST(Election, E11_a_stop_is_complete_only_when_every_drop_was_answered) {
  Core core;
  core.become_primary();
  auto stops = [](const Actions& actions) {
    return std::any_of(actions.begin(), actions.end(), [](const Action& action) {
      return std::holds_alternative<action::Stopped>(action);
    });
  };
  EXPECT_FALSE(stops(core.step(event::StopRequested{})));
  EXPECT_EQ(core.election.state(), State::leaving);
  EXPECT_FALSE(stops(core.step(event::Tick{}, 10ms)));
  EXPECT_TRUE(stops(core.step(event::AddressesDropped{})));
}

TEST(Election, a_deadline_never_lies_in_the_past) {
  Core core;
  for (int i = 0; i < 1000; ++i) {
    core.step(event::Tick{}, core.election.deadline() - core.now);
    ASSERT_GE(core.election.deadline(), core.now);
    core.step(event::SocketsDrained{});
  }
  EXPECT_LT(core.now, Time(1000s) + 1000 * core.policy.interval);
}

}  // namespace
}  // namespace flywall::heartbeat
