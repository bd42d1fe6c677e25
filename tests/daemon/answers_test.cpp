// The JSON that is made of configuration and snapshot.
#include "daemon/control/metrics.hpp"
#include "daemon/control/replication.hpp"
#include "tests/daemon/view_fixture.hpp"

namespace flywall::control {
namespace {

using nlohmann::json;
using processes::MonitorStatus;
using processes::Snapshot;

TEST_F(Answers, StatusHasEveryKeyOfTheContract) {
  const json answer = status();
  for (const char* key :
       {"enabled",       "node_id",         "role",           "is_leader",          "leader_id",
        "leader_url",    "epoch",           "priority",       "effective_priority", "lease_ms",
        "expires_in_ms", "quorum",          "fenced",         "virtual_ips",        "peers",
        "failback",      "last_transition", "uptime_seconds", "warnings",           "why"})
    EXPECT_TRUE(answer.contains(key)) << key;
  for (const char* key : {"at", "from", "to", "reason"})
    EXPECT_TRUE(answer["last_transition"].contains(key)) << key;
}

TEST_F(Answers, APrimaryIsLeaderAndSaysWhy) {
  const json answer = status();
  EXPECT_EQ(answer["is_leader"], true);
  EXPECT_EQ(answer["leader_id"], "fw1");
  EXPECT_EQ(answer["role"], "primary");
  EXPECT_EQ(answer["epoch"], 7);
  EXPECT_EQ(answer["uptime_seconds"], 90.0);
  EXPECT_EQ(answer["virtual_ips"][1]["held"], true);
  EXPECT_EQ(answer["warnings"], json::array());
  EXPECT_EQ(answer["last_transition"]["at"], "2026-03-01T12:00:00.250Z");
  EXPECT_NE(answer["why"].get<std::string>().find("silent"), std::string::npos) << answer["why"];
}

TEST_F(Answers, WhatDoesNotExistYetIsNullAndNotInvented) {
  const json answer = status();
  EXPECT_TRUE(answer["lease_ms"].is_null());
  EXPECT_TRUE(answer["expires_in_ms"].is_null());
  EXPECT_TRUE(answer["leader_url"].is_null());
  EXPECT_EQ(answer["fenced"], false);
  EXPECT_EQ(answer["fence"]["kind"], "off");
}

TEST_F(Answers, AStaleSnapshotMakesNobodyLeader) {
  snapshot_->updated = now_ - kStaleAfter - 1ms;
  const json answer = status();
  EXPECT_EQ(answer["is_leader"], false);
  EXPECT_EQ(answer["role"], "unknown");
  EXPECT_TRUE(answer["leader_id"].is_null());
  EXPECT_EQ(answer["virtual_ips"][0]["held"], false);
  EXPECT_EQ(answer["warnings"], json({"the failover process does not answer"}));
  EXPECT_EQ(cluster()["primaries"], 0);
  EXPECT_EQ(health_answer(view()).status, 503U);
}

TEST_F(Answers, BeforeTheFirstSnapshotNothingIsClaimed) {
  *snapshot_ = Snapshot{};
  const json answer = status();
  EXPECT_EQ(answer["is_leader"], false);
  EXPECT_TRUE(answer["uptime_seconds"].is_null());
  EXPECT_TRUE(answer["last_transition"].is_null());
  EXPECT_EQ(answer["node_id"], "fw1");
}

TEST_F(Answers, ABackupNamesThePrimaryAndBothPriorities) {
  snapshot_->state = heartbeat::State::backup;
  snapshot_->holder = NodeId("fw2");
  peer().state = heartbeat::State::primary;
  const json answer = status();
  EXPECT_EQ(answer["is_leader"], false);
  EXPECT_EQ(answer["leader_id"], "fw2");
  const auto why = answer["why"].get<std::string>();
  EXPECT_NE(why.find("fw2 is primary (priority 150, here 50)"), std::string::npos) << why;
  EXPECT_EQ(cluster()["primaries"], 1);
}

TEST_F(Answers, TwoPrimariesAreCounted) {
  peer().state = heartbeat::State::primary;
  EXPECT_EQ(cluster()["primaries"], 2);
}

TEST_F(Answers, ASilentPeerCountsForNothing) {
  peer().alive = false;
  peer().state = heartbeat::State::primary;
  const json answer = cluster();
  EXPECT_EQ(answer["primaries"], 1);
  EXPECT_TRUE(answer["nodes"][1]["role"].is_null());
  EXPECT_EQ(status()["warnings"][0], "peer fw2 is silent: nobody would take over");
}

TEST_F(Answers, APeerThatWasNeverHeardIsCalledAsTheConfigurationCallsIt) {
  peer() = {};
  peer().used = true;
  EXPECT_EQ(status()["peers"][0]["node_id"], "192.168.100.2");
}

TEST_F(Answers, LostRedundancyIsAWarning) {
  peer().paths[1].used = true;
  peer().paths[1].remote = {*IpAddress::parse("10.9.9.2"), 9002};
  EXPECT_EQ(status()["warnings"],
            json({"heartbeat path 10.9.9.2:9002 of peer fw2 is silent: redundancy is lost"}));
}

TEST_F(Answers, WhatThisProcessMayNotDoIsAWarning) {
  snapshot_->realtime = snapshot_->memory_locked = snapshot_->epochs_reserved = false;
  EXPECT_EQ(status()["warnings"].size(), 3U);
}

TEST_F(Answers, MissingAddressesOfAPrimaryAreAWarning) {
  snapshot_->addresses_held = 1;
  snapshot_->held[0] = 1;
  EXPECT_EQ(status()["warnings"], json({"1 of 2 virtual addresses are not in place"}));
  EXPECT_EQ(status()["virtual_ips"][1]["held"], false);
}

TEST_F(Answers, WithoutHaNothingIsWarnedAboutAndNobodyIsLeader) {
  config_.replication.ha.enabled = false;
  const json answer = status();
  EXPECT_EQ(answer["role"], "standalone");
  EXPECT_EQ(answer["is_leader"], false);
  EXPECT_EQ(health_answer(view()).status, 200U);
}

TEST_F(Answers, MonitorsAreListedWithStateAndWeight) {
  snapshot_->monitor_count = 2;
  snapshot_->monitors[0].name = InlineText<63>::cut("eth1");
  snapshot_->monitors[0].state = MonitorStatus::State::up;
  snapshot_->monitors[1] = {.kind = MonitorStatus::Kind::gateway,
                            .state = MonitorStatus::State::down,
                            .weight = 30,
                            .since = now_ - 5s,
                            .name = InlineText<63>::cut("10.0.0.1"),
                            .detail = InlineText<120>::cut("no answer to 3 probes")};
  const json monitors = status()["monitors"];
  ASSERT_EQ(monitors.size(), 2U);
  EXPECT_EQ(monitors[0], json::parse(R"({"kind":"link","name":"eth1","state":"up","weight":0,
    "since_seconds":null,"detail":null})"));
  EXPECT_EQ(monitors[1], json::parse(R"({"kind":"gateway","name":"10.0.0.1","state":"down",
    "weight":30,"since_seconds":5.0,"detail":"no answer to 3 probes"})"));
}

TEST_F(Answers, FailbackSaysWhenAndWhyNotYet) {
  snapshot_->failback = {.enabled = true, .ready_at = now_ + 42s, .damped_until = now_ + 60s};
  const json failback = status()["failback"];
  EXPECT_EQ(failback["mode"], "auto");
  EXPECT_EQ(failback["enabled"], true);
  EXPECT_EQ(failback["ready_in_seconds"], 42.0);
  EXPECT_EQ(failback["damped_for_seconds"], 60.0);
  EXPECT_EQ(failback["damped_until"], "2026-03-01T12:02:00.250Z");
  snapshot_->failback = {.enabled = false, .ready_at = {}, .damped_until = now_ - 1s};
  const json past = status()["failback"];
  EXPECT_EQ(past["enabled"], false);
  EXPECT_TRUE(past["ready_in_seconds"].is_null());
  EXPECT_TRUE(past["damped_until"].is_null());
}

TEST_F(Answers, AHandoverNamesItsTarget) {
  EXPECT_TRUE(status()["handover"].is_null());
  snapshot_->state = heartbeat::State::handing_over;
  snapshot_->handing_over = true;
  snapshot_->successor = NodeId("fw2");
  EXPECT_EQ(status()["handover"]["to"], "fw2");
  EXPECT_EQ(status()["is_leader"], true);
}

TEST_F(Answers, TheLeadersUrlIsTheConfiguredOne) {
  config_.replication.ha.leader_urls = {{NodeId("fw1"), "http://fw1:8080"}};
  EXPECT_EQ(status()["leader_url"], "http://fw1:8080");
  snapshot_->holder = NodeId("fw2");
  EXPECT_TRUE(status()["leader_url"].is_null());
}

TEST_F(Answers, MetricsHaveTheNamesOfTheContract) {
  snapshot_->failovers = 3;
  snapshot_->split_brain_time = 1500ms;
  snapshot_->refused[0] = 9;
  peer().paths[0].round_trip = 200us;
  View observed = view();
  observed.script_failures = {{"pre_failover_script", 2}};
  const json metrics = json::parse(metrics_answer(observed).body);
  EXPECT_EQ(metrics["ha_script_failures_total"],
            json::array({{{"script", "pre_failover_script"}, {"value", 2}}}));
  for (const char* name :
       {"ha_is_leader", "ha_leader_elected", "ha_epoch", "ha_role", "ha_leader_changes_total",
        "ha_split_brain_total", "ha_split_brain_seconds_total", "ha_vip_held",
        "ha_announcements_total", "ha_heartbeats_sent_total", "ha_heartbeats_received_total",
        "ha_heartbeats_rejected_total", "ha_heartbeat_rtt_seconds", "ha_peer_alive",
        "ha_path_alive", "config_last_reload_successful"})
    EXPECT_TRUE(metrics.contains(name)) << name;
  EXPECT_EQ(metrics["ha_leader_changes_total"][0]["value"], 3);
  EXPECT_EQ(metrics["ha_split_brain_seconds_total"], 1.5);
  EXPECT_EQ(metrics["ha_heartbeats_rejected_total"][0],
            json({{"reason", "truncated"}, {"value", 9}}));
  EXPECT_EQ(metrics["ha_heartbeat_rtt_seconds"][0],
            json({{"peer", "fw2"}, {"path", "192.168.100.2:9002"}, {"value", 0.0002}}));
  snapshot_->updated = now_ - 1min;
  EXPECT_EQ(json::parse(metrics_answer(view()).body)["ha_is_leader"], 0);
}

TEST_F(Answers, ReplicationSaysThatNothingIsConnected) {
  for (const auto& answer : {replication_status_answer(view()), replication_stats_answer(view()),
                             replication_peers_answer(view()), replication_lag_answer(view())}) {
    const json body = json::parse(answer.body);
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(body["connected"], false);
    EXPECT_EQ(body["built"], false);
    EXPECT_EQ(body["running"], false);
    EXPECT_NE(body["message"].get<std::string>().find("not built yet"), std::string::npos);
  }
  const json peers = json::parse(replication_peers_answer(view()).body)["peers"];
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_EQ(peers[0]["node_id"], "fw2");
  EXPECT_EQ(peers[0]["addresses"], json({"192.168.100.2:9001"}));
  EXPECT_TRUE(json::parse(replication_lag_answer(view()).body)["lag_seconds"].is_null());
}

TEST_F(Answers, AQuorumCountsWhoIsHeard) {
  peer().alive = false;
  const json quorum = json::parse(quorum_answer(view()).body);
  EXPECT_EQ(quorum["voters"].size(), 2U);
  EXPECT_EQ(quorum["voters_heard"], 1);
  EXPECT_EQ(quorum["majority"], 2);
  EXPECT_EQ(quorum["leases"], false);
}

}  // namespace
}  // namespace flywall::control
