// Planned handover (E9), failback (E10) and what operators ask for, one scenario each.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/heartbeat/scenario.hpp"

namespace flywall::heartbeat {
namespace {

using Wish = event::FailbackRequested::Wish;

constexpr std::size_t kAda = 0;
constexpr std::size_t kBob = 1;
constexpr std::size_t kCid = 2;

simulation::Plan failback_plan(Failback mode) {
  auto plan = quiet_plan(2);
  for (auto& node : plan.node) {
    node.policy.failback = mode;
    node.policy.failback_delay = 2s;
    node.policy.failback_window = 20s;
  }
  return plan;
}

// Bob holds the role; ada, who is preferred, has just come back.
void let_ada_return(Scenario& scene) {
  scene.start_all();
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  scene.world.start(kAda);
  scene.run_for(1s);
  ASSERT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.forget();
}

TEST(Handover, E9_a_named_node_gets_the_role_and_a_third_is_not_disturbed) {
  Scenario scene(quiet_plan(3));
  scene.start_all();
  scene.forget();
  scene.world.order_failover(kAda, NodeId("cid"));
  scene.run_for(2s);
  EXPECT_EQ(scene.world.primary(), kCid) << scene.told();
  EXPECT_FALSE(scene.tells("bob  backup ->")) << scene.told();
  EXPECT_TRUE(scene.tells("accepts the order"));
  scene.expect_golden("handover_to_a_named_node");
}

TEST(Handover, E9_a_third_node_that_misses_the_claim_does_not_take_over) {
  Scenario scene(quiet_plan(3));
  scene.start_all();
  scene.forget();
  scene.world.network().link(kCid, kBob, 0).cuts += 1;
  scene.world.cables_changed();
  scene.world.order_failover(kAda, NodeId("cid"));
  scene.run_for(50ms);
  EXPECT_FALSE(scene.tells("bob  backup ->")) << scene.told();
  EXPECT_EQ(scene.world.primary(), kCid) << scene.told();
  EXPECT_EQ(scene.node(kBob).holder(), NodeId("cid"));
}

TEST(Handover, E9_a_node_for_commands_only_obeys_a_command) {
  auto plan = quiet_plan(2);
  plan.node[kBob].policy.takeover = false;
  Scenario scene(plan);
  scene.start_all();
  scene.world.order_failover(kAda);
  scene.run_for(1s);
  EXPECT_TRUE(scene.tells("refuses the order: no_better_peer")) << scene.told();
  scene.world.order_failover(kAda, NodeId("bob"));
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
}

TEST(Handover, E9_an_offer_that_is_not_taken_is_withdrawn) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.order_failover(kAda);
  scene.world.pause(kBob);
  scene.run_for(1s);
  EXPECT_EQ(scene.state(kAda), State::primary) << scene.told();
  EXPECT_TRUE(scene.tells("refuses the order: "));
  EXPECT_TRUE(scene.world.truth().body[kAda].answering());
  scene.world.resume(kBob);
  scene.run_for(2s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  scene.expect_golden("withdrawn_offer");
}

TEST(Handover, E9_a_holder_that_dies_midway_leaves_one_primary) {
  Scenario scene(quiet_plan(3));
  scene.start_all();
  scene.world.order_failover(kAda);
  scene.run_for(600us);
  scene.world.lose_power(kAda);
  scene.run_for(2s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
}

TEST(Handover, E9_a_holder_that_is_paused_midway_finds_the_role_taken) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.world.order_failover(kAda);
  scene.run_for(1200us);
  scene.world.pause(kAda);
  scene.run_for(3s);
  EXPECT_EQ(scene.state(kBob), State::primary) << scene.told();
  scene.world.resume(kAda);
  scene.run_for(2s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  EXPECT_FALSE(scene.tells("meets a second primary")) << scene.told();
}

TEST(Handover, E9_refusals_say_why) {
  Scenario scene(quiet_plan(3));
  scene.start_all();
  scene.world.order_failover(kBob);
  EXPECT_TRUE(scene.tells("refuses the order: not_primary"));
  scene.world.order_failover(kAda, NodeId("zoe"));
  EXPECT_TRUE(scene.tells("refuses the order: unknown_node"));
  scene.world.set_fault(kCid, FaultClass::faulty);
  scene.run_for(200ms);
  scene.world.order_failover(kAda, NodeId("cid"));
  EXPECT_TRUE(scene.tells("refuses the order: unfit_target"));
  scene.world.order_failover(kAda);
  scene.world.order_failover(kAda);
  EXPECT_TRUE(scene.tells("refuses the order: handover_under_way"));
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kBob);
}

// A services process that hangs answers nothing.
TEST(Handover, E9_what_is_not_prepared_in_time_stops_a_handover_only_when_it_is_required) {
  for (const bool required : {false, true}) {
    auto plan = quiet_plan(2);
    plan.node[kAda].policy.prepare_limit = 400ms;
    plan.node[kAda].policy.prepare_required = required;
    Scenario scene(plan);
    scene.world.hang_scripts(kAda);
    scene.start_all();
    scene.world.order_failover(kAda);
    scene.run_for(390ms);
    EXPECT_EQ(scene.state(kAda), State::primary) << scene.told();
    scene.run_for(1s);
    EXPECT_EQ(scene.world.primary(), required ? kAda : kBob) << scene.told();
    EXPECT_EQ(scene.tells("refuses the order: not_prepared"), required) << scene.told();
  }
}

TEST(Handover, E9_a_reset_withdraws_a_handover) {
  auto plan = quiet_plan(2);
  plan.node[kAda].policy.prepare_limit = 400ms;
  Scenario scene(plan);
  scene.start_all();
  scene.world.order_failover(kAda);
  EXPECT_EQ(scene.node(kAda).successor(), PeerIndex{0});
  scene.world.reset(kAda);
  EXPECT_EQ(scene.node(kAda).successor(), std::nullopt);
  EXPECT_TRUE(scene.tells("refuses the order: operator_request")) << scene.told();
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda);
}

TEST(Handover, E11_a_weight_moves_the_role_at_once_as_planned) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.set_fault(kAda, FaultClass::none, 60);
  scene.run_for(200ms);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.world.set_fault(kAda, FaultClass::none, 0);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kBob);
  scene.expect_golden("weight");
}

TEST(Handover, E11_a_weight_that_makes_nobody_better_moves_nothing) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.set_fault(kAda, FaultClass::none, 50);  // equal to bob
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
}

// A gateway that died for both: who is preferred is no matter of health.
TEST(Handover, E11_a_weight_that_both_have_moves_nothing) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.world.order_failover(kAda);
  scene.run_for(1s);
  ASSERT_EQ(scene.world.primary(), kBob);
  scene.forget();
  scene.world.set_fault(kAda, FaultClass::none, 20);
  scene.run_for(200ms);
  scene.world.set_fault(kBob, FaultClass::none, 20);
  scene.run_for(2s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.world.set_fault(kBob, FaultClass::none, 21);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
}

TEST(Failback, E10_the_preferred_node_takes_its_role_back_after_its_delay) {
  Scenario scene(failback_plan(Failback::automatic));
  let_ada_return(scene);
  ASSERT_TRUE(scene.node(kAda).failback().ready_at.has_value());
  scene.run_for(1400ms);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  EXPECT_TRUE(scene.node(kAda).failback().damped_until.has_value());
  scene.expect_golden("failback");
}

TEST(Failback, E10_at_most_once_in_a_window) {
  Scenario scene(failback_plan(Failback::automatic));
  let_ada_return(scene);
  scene.run_for(3s);
  ASSERT_EQ(scene.world.primary(), kAda) << scene.told();
  scene.world.order_failover(kAda);
  scene.run_for(10s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.world.reset(kAda);
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
}

TEST(Failback, E10_who_gave_the_role_remembers_the_window_of_a_node_that_started_anew) {
  Scenario scene(failback_plan(Failback::automatic));
  let_ada_return(scene);
  scene.run_for(3s);
  ASSERT_EQ(scene.world.primary(), kAda) << scene.told();
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  scene.world.start(kAda);
  scene.run_for(10s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  EXPECT_FALSE(scene.node(kAda).failback().damped_until.has_value());
  EXPECT_TRUE(scene.node(kBob).failback().damped_until.has_value());
  scene.run_for(10s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
}

TEST(Failback, E10_a_reset_of_the_primary_forgets_what_it_damps) {
  Scenario scene(failback_plan(Failback::automatic));
  let_ada_return(scene);
  scene.run_for(3s);
  scene.world.lose_power(kAda);
  scene.run_for(1s);
  scene.world.start(kAda);
  scene.run_for(5s);
  ASSERT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.world.reset(kBob);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
}

TEST(Failback, E10_manual_waits_for_the_operator) {
  Scenario scene(failback_plan(Failback::manual));
  let_ada_return(scene);
  scene.run_for(5s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.world.fail_back(kAda, Wish::now);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  EXPECT_TRUE(scene.tells("ada  accepts the order"));
}

TEST(Failback, E10_the_holder_hands_back_when_it_is_told_to) {
  Scenario scene(failback_plan(Failback::manual));
  let_ada_return(scene);
  scene.world.fail_back(kBob, Wish::now);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
}

TEST(Failback, E10_disabled_is_never_even_when_told_to) {
  Scenario scene(failback_plan(Failback::disabled));
  let_ada_return(scene);
  scene.world.fail_back(kAda, Wish::now);
  EXPECT_TRUE(scene.tells("refuses the order: failback_disabled")) << scene.told();
  scene.run_for(5s);
  EXPECT_EQ(scene.world.primary(), kBob);
  EXPECT_FALSE(scene.node(kAda).failback().enabled);
}

TEST(Failback, E10_an_operator_switches_it_off_on_either_node) {
  for (const std::size_t where : {kAda, kBob}) {
    Scenario scene(failback_plan(Failback::automatic));
    let_ada_return(scene);
    scene.world.fail_back(where, Wish::off);
    scene.run_for(5s);
    EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
    EXPECT_FALSE(scene.node(where).failback().enabled);
    scene.world.fail_back(where, Wish::on);
    scene.run_for(3s);
    EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
  }
}

TEST(Promote, a_backup_asks_the_primary_for_its_role) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.forget();
  scene.world.promote(kAda);
  EXPECT_TRUE(scene.tells("ada  accepts the order"));  // is primary already
  scene.world.promote(kBob);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.expect_golden("promote");
}

TEST(Promote, without_a_primary_it_claims_at_once) {
  auto plan = quiet_plan(2);
  plan.node[kBob].policy.takeover = false;
  Scenario scene(plan);
  scene.start_all();
  scene.world.lose_power(kAda);
  scene.run_for(2s);
  EXPECT_EQ(scene.state(kBob), State::backup);
  scene.world.promote(kBob);
  scene.run_for(10ms);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
}

TEST(Promote, without_force_neither_quorum_nor_network_may_be_missing) {
  Scenario scene(quiet_plan(3, Quorum::majority));
  scene.start_all();
  scene.cut_both(kBob, kAda);
  scene.cut_both(kBob, kCid);
  scene.run_for(1s);
  scene.world.promote(kBob);
  EXPECT_TRUE(scene.tells("refuses the order: no_quorum")) << scene.told();
  scene.world.promote(kBob, true);
  scene.run_for(100ms);
  EXPECT_EQ(scene.state(kBob), State::primary) << scene.told();
  scene.cut_both(kBob, kAda, false);
  scene.cut_both(kBob, kCid, false);
  scene.run_for(2s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
}

TEST(Promote, force_wins_over_a_primary_that_does_not_answer) {
  Scenario scene(quiet_plan(2));
  scene.start_all();
  scene.world.set_fault(kBob, FaultClass::faulty);
  scene.run_for(200ms);
  scene.world.promote(kBob);
  EXPECT_TRUE(scene.tells("refuses the order: own_fault")) << scene.told();
  scene.world.promote(kBob, true);
  scene.run_for(100ms);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
  scene.run_for(3s);
  EXPECT_EQ(scene.world.primary(), kBob) << scene.told();
}

// It would wait for transfer_timeout in vain.
TEST(Promote, force_does_not_wait_for_a_primary_that_is_deaf) {
  auto plan = quiet_plan(2);
  for (auto& node : plan.node) node.policy.transfer_timeout = 10s;
  Scenario scene(plan);
  scene.start_all();
  scene.cut(kBob, kAda);
  scene.run_for(2s);
  ASSERT_EQ(scene.state(kBob), State::backup) << scene.told();
  scene.world.promote(kBob, true);
  scene.run_for(10ms);
  EXPECT_TRUE(scene.tells("bob  accepts the order")) << scene.told();
  EXPECT_EQ(scene.state(kBob), State::primary);
}

TEST(Rules, E8_a_primary_known_from_others_is_given_way_to_only_when_that_lasts) {
  Scenario scene(quiet_plan(3));
  scene.start_all();
  scene.cut_both(kAda, kBob);
  scene.cut_both(kAda, kCid);
  scene.run_for(2s);
  ASSERT_EQ(scene.state(kBob), State::primary);
  ASSERT_EQ(scene.state(kAda), State::primary);
  scene.forget();
  scene.cut_both(kAda, kCid, false);  // ada hears of bob from cid only
  scene.run_for(250ms);
  EXPECT_EQ(scene.state(kAda), State::primary) << scene.told();
  scene.cut_both(kAda, kBob, false);
  scene.run_for(2s);
  scene.expect_one_primary();
  EXPECT_EQ(scene.world.primary(), kAda) << scene.told();
}

// --- another configuration

TEST(Reload, roles_rhythm_and_peers_survive_another_configuration) {
  Scenario scene(quiet_plan(3));
  scene.start_all();
  scene.forget();
  Policy policy = scene.world.plan().node[kAda].policy;
  policy.priority = 200;
  scene.world.reconfigure(kAda, policy);
  scene.run_for(1s);
  EXPECT_EQ(scene.world.primary(), kAda);
  EXPECT_EQ(scene.node(kAda).statement().rank.priority, 200);
  EXPECT_FALSE(scene.tells("->")) << scene.told();
}

struct Trio {
  Policy policy = quiet_plan(3).node[kAda].policy;
  Time now = Time(1000s);
  Election election{policy, now};
  Statement said;

  Trio() {
    said.sender = NodeId("bob");
    said.state = State::primary;
    said.claim = {Epoch{5}, said.sender};
    said.tenure = Epoch{5};
  }
  const Actions& hear(PeerIndex from) {
    return election.step(
        now,
        event::Heard{
            .peer = from, .path = PathIndex{0}, .tag = node_tag(said.sender), .statement = said});
  }
};

TEST(Reload, a_peer_keeps_what_is_known_of_it_under_another_index) {
  Trio trio;
  trio.hear(PeerIndex{0});
  EXPECT_TRUE(trio.election.peer(PeerIndex{0}).alive);
  event::PolicyChanged changed{.policy = trio.policy, .former = {}};
  changed.former[1] = PeerIndex{0};  // a new peer stands before bob
  trio.election.step(trio.now, changed);
  EXPECT_FALSE(trio.election.peer(PeerIndex{0}).known);
  EXPECT_TRUE(trio.election.peer(PeerIndex{1}).alive);
  EXPECT_EQ(trio.election.holder(), NodeId("bob"));
  changed.policy.peers = 1;
  changed.former = {};
  trio.election.step(trio.now, changed);
  EXPECT_FALSE(trio.election.peer(PeerIndex{0}).known);
  EXPECT_EQ(trio.election.holder(), std::nullopt);
}

TEST(Reload, a_shorter_interval_is_kept_from_the_next_statement_on) {
  Trio trio;
  trio.election.step(trio.now, event::Tick{});
  event::PolicyChanged changed{.policy = trio.policy, .former = {}};
  changed.policy.interval = 10ms;
  trio.election.step(trio.now, changed);
  EXPECT_LE(trio.election.deadline(), trio.now + 10ms);
  EXPECT_EQ(trio.election.statement().interval, 10ms);
}

}  // namespace
}  // namespace flywall::heartbeat
