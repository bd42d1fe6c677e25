// The API's decisions and answers, without a socket.
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "daemon/control/answers.hpp"
#include "daemon/control/authorisation.hpp"
#include "daemon/control/routes.hpp"
#include "daemon/control/words.hpp"

namespace flywall::control {
namespace {

using nlohmann::json;
using processes::Snapshot;

Request good_request(std::string method = "POST") {
  Request request;
  request.method = std::move(method);
  request.target = "/api/ha/failover";
  request.host = "localhost:8080";
  return request;
}

Rules rules_with_token() {
  return {.listen_host = "127.0.0.1", .token = config::Secret("a long and secret token")};
}

std::string refusal(const std::optional<Refused>& refused) {
  return refused ? std::to_string(refused->status) + " " + refused->code : "none";
}

TEST(Routes, AnUnknownPathIsTold) {
  EXPECT_TRUE(std::holds_alternative<NoSuchPath>(route("GET", "/api/nothing")));
  EXPECT_TRUE(std::holds_alternative<NoSuchPath>(route("GET", "/api/ha/status/")));
}

TEST(Routes, AnotherMethodIsToldWhichOnesThereAre) {
  const Routing routing = route("DELETE", "/api/ha/failover");
  ASSERT_TRUE(std::holds_alternative<OtherMethods>(routing));
  EXPECT_EQ(std::get<OtherMethods>(routing).allow, "POST");
  EXPECT_EQ(std::get<OtherMethods>(route("POST", "/healthz")).allow, "GET, HEAD");
}

TEST(Routes, HeadGoesWhereGetGoes) {
  EXPECT_EQ(std::get<Route>(route("HEAD", "/health")).operation, Operation::health);
}

TEST(Routes, EveryPostIsAWriteAndEveryGetARead) {
  for (const Route& each : routes())
    EXPECT_EQ(each.access == Access::write, each.method != "GET") << each.path;
}

TEST(Targets, QueriesAreDecoded) {
  const auto target = parse_target("/api/ha/history?limit=5&name=a%20b+c&empty");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/api/ha/history");
  EXPECT_EQ(target->parameter("limit"), "5");
  EXPECT_EQ(target->parameter("name"), "a b c");
  EXPECT_EQ(target->parameter("empty"), "");
  EXPECT_EQ(target->parameter("other"), std::nullopt);
}

TEST(Targets, WhatIsNoPathIsRefused) {
  EXPECT_FALSE(parse_target("http://localhost/api"));
  EXPECT_FALSE(parse_target(""));
  EXPECT_FALSE(parse_target("*"));
  EXPECT_EQ(parse_target("/a%zz%")->path, "/a%zz%");
  std::string many = "/p?";
  for (int i = 0; i < 100; ++i) many += "a=1&";
  EXPECT_FALSE(parse_target(many));
}

TEST(Host, NamesThisMachineOnly) {
  for (const char* own : {"localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "::1", "10.0.0.1"})
    EXPECT_TRUE(is_own_host(own, "10.0.0.1")) << own;
  for (const char* foreign : {"evil.example", "localhost.evil.example", "10.0.0.2", "", "0.0.0.0",
                              "127.0.0.1.evil.example", "localhost."})
    EXPECT_FALSE(is_own_host(foreign, "10.0.0.1")) << foreign;
}

TEST(Asking, AForeignHostIsRefused) {
  Request request = good_request();
  EXPECT_EQ(refusal(may_ask(request, {})), "none");
  for (const char* foreign :
       {"evil.example:8080", "evil.example", "", "[::2]:80", "a b", "localhost:99999"}) {
    request.host = foreign;
    EXPECT_EQ(refusal(may_ask(request, {})), "403 FOREIGN_HOST") << foreign;
  }
  request.host.reset();
  EXPECT_EQ(refusal(may_ask(request, {})), "400 BAD_REQUEST");
  request.http_1_0 = true;
  EXPECT_EQ(refusal(may_ask(request, {})), "none");
}

TEST(Asking, AnotherOriginIsRefused) {
  Request request = good_request();
  for (const char* foreign : {"http://evil.example", "null", "", "https://localhost:8080",
                              "http://localhost:3000", "http://127.0.0.1:8080", "http://"}) {
    request.origin = foreign;
    EXPECT_EQ(refusal(may_ask(request, {})), "403 FOREIGN_ORIGIN") << foreign;
  }
  request.origin = "http://localhost:8080";
  EXPECT_EQ(refusal(may_ask(request, {})), "none");
}

TEST(Asking, APageOfAnotherSiteIsRefused) {
  Request request = good_request();
  for (const char* site : {"cross-site", "same-site", "", "anything"}) {
    request.fetch_site = site;
    EXPECT_EQ(refusal(may_ask(request, {})), "403 FOREIGN_ORIGIN") << site;
  }
  for (const char* site : {"none", "same-origin"}) {
    request.fetch_site = site;
    EXPECT_EQ(refusal(may_ask(request, {})), "none") << site;
  }
}

TEST(Writing, RootAndTheGroupMay) {
  EXPECT_EQ(refusal(may_write(good_request(), {.uid = 0}, {})), "none");
  EXPECT_EQ(refusal(may_write(good_request(), {.uid = 1000, .in_group = true}, {})), "none");
  EXPECT_EQ(refusal(may_write(good_request(), {.uid = 1000}, {})), "403 NOT_PERMITTED");
}

TEST(Writing, ACallerWithoutUidHasNoRightsEvenInTheGroup) {
  EXPECT_EQ(refusal(may_write(good_request(), {.uid = {}, .in_group = true}, {})),
            "403 NOT_PERMITTED");
}

TEST(Writing, TheTokenOpensAndOnlyTheToken) {
  Request request = good_request();
  request.authorization = "Bearer a long and secret token";
  EXPECT_EQ(refusal(may_write(request, {}, rules_with_token())), "none");
  request.authorization = "bearer a long and secret token";
  EXPECT_EQ(refusal(may_write(request, {}, rules_with_token())), "none");
  for (const char* wrong :
       {"Bearer a long and secret toke", "Bearer a long and secret token ", "Bearer ", "Bearer", "",
        "Basic a long and secret token", "a long and secret token"}) {
    request.authorization = wrong;
    EXPECT_EQ(refusal(may_write(request, {}, rules_with_token())), "403 NOT_PERMITTED") << wrong;
  }
}

TEST(Writing, WithoutAConfiguredTokenNoneOpens) {
  Request request = good_request();
  request.authorization = "Bearer ";
  EXPECT_EQ(refusal(may_write(request, {}, {})), "403 NOT_PERMITTED");
  EXPECT_EQ(refusal(may_write(request, {}, {.listen_host = "", .token = config::Secret("")})),
            "403 NOT_PERMITTED");
}

TEST(Writing, ABodyMustBeJson) {
  Request request = good_request();
  request.body = "{}";
  for (const char* type :
       {"text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"}) {
    request.content_type = type;
    EXPECT_EQ(refusal(may_write(request, {.uid = 0}, {})), "415 UNSUPPORTED_MEDIA_TYPE") << type;
  }
  request.content_type.reset();
  EXPECT_EQ(refusal(may_write(request, {.uid = 0}, {})), "415 UNSUPPORTED_MEDIA_TYPE");
  for (const char* type :
       {"application/json", "Application/JSON; charset=utf-8", "application/json ;x"}) {
    request.content_type = type;
    EXPECT_EQ(refusal(may_write(request, {.uid = 0}, {})), "none") << type;
  }
}

TEST(Words, DurationsReadAsPeopleSayThem) {
  EXPECT_EQ(in_words(0ms), "0 ms");
  EXPECT_EQ(in_words(210us), "0.21 ms");
  EXPECT_EQ(in_words(850ms), "850 ms");
  EXPECT_EQ(in_words(3s), "3 s");
  EXPECT_EQ(in_words(60s), "1 min");
  EXPECT_EQ(in_words(250s), "4 min 10 s");
  EXPECT_EQ(in_words(7500s), "2 h 5 min");
  EXPECT_EQ(in_words(273600s), "3 d 4 h");
  EXPECT_EQ(in_words(-5s), "0 ms");
}

TEST(Words, TimesAreIso8601) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(1772366400250), "2026-03-01T12:00:00.250Z");
}

// A node with one peer and two addresses, primary, fresh.
class Answers : public testing::Test {
 protected:
  Answers() {
    config_.replication.node_id = NodeId("fw1");
    config_.replication.ha.enabled = true;
    config_.replication.ha.priority = 50;
    config_.replication.mode = config::Mode::primary;
    config_.replication.peer_addr = HostPort{"192.168.100.2", 9002};
    for (const char* address : {"10.0.0.100/24", "10.0.0.101/24"})
      config_.replication.ha.virtual_ips.push_back(
          {.address = *Prefix::parse(address), .interface = "eth1"});
    snapshot_->updated = now_ - 100ms;
    snapshot_->started = now_ - 90s;
    snapshot_->node = NodeId("fw1");
    snapshot_->state = heartbeat::State::primary;
    snapshot_->claim = {Epoch{7}, NodeId("fw1")};
    snapshot_->rank.priority = 50;
    snapshot_->holder_known = true;
    snapshot_->holder = NodeId("fw1");
    snapshot_->realtime = snapshot_->memory_locked = snapshot_->epochs_reserved = true;
    snapshot_->address_count = snapshot_->addresses_held = 2;
    snapshot_->held[0] = 3;
    snapshot_->transition_wall_ms = 1772366400250;
    snapshot_->transition_at = now_ - 60s;
    snapshot_->transition_from = heartbeat::State::taking_over;
    snapshot_->transition_to = heartbeat::State::primary;
    snapshot_->transition_reason = heartbeat::Reason::peer_silent;
    peer().used = peer().known = peer().alive = peer().hears_us = true;
    peer().node = NodeId("fw2");
    peer().state = heartbeat::State::backup;
    peer().rank.priority = 150;
    peer().last_heard = now_ - 20ms;
    peer().paths[0].used = peer().paths[0].alive = true;
    peer().paths[0].remote = {*IpAddress::parse("192.168.100.2"), 9002};
  }
  processes::PeerStatus& peer() { return snapshot_->peers[0]; }
  View view() const { return {config_, *snapshot_, now_, {}}; }
  json status() const { return json::parse(status_answer(view()).body); }
  json cluster() const { return json::parse(cluster_answer(view()).body); }

  Time now_ = time_from_nanoseconds(1'000'000'000'000);
  config::Config config_;
  std::unique_ptr<Snapshot> snapshot_ = std::make_unique<Snapshot>();
};

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

TEST(Failover, RefusalsCarryTheCodeThatTheCommandLineNeeds) {
  using heartbeat::Reason;
  EXPECT_EQ(
      failover_answer({.request = 1, .accepted = true, .reason = Reason::operator_request}).status,
      202U);
  const Answer wrong = failover_answer({.request = 1, .reason = Reason::not_primary});
  EXPECT_EQ(wrong.status, 409U);
  EXPECT_EQ(json::parse(wrong.body)["error"]["code"], "WRONG_STATE");
  const Answer refused = failover_answer({.request = 1, .reason = Reason::no_better_peer});
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(json::parse(refused.body)["error"]["code"], "REFUSED");
}

TEST(Failover, ABodyMustBeAnEmptyObject) {
  EXPECT_FALSE(refuse_parameters(""));
  EXPECT_FALSE(refuse_parameters("{}"));
  const std::string deep(60000, '[');
  for (const std::string& body :
       {std::string("["), std::string("[]"), std::string("{"), deep,
        std::string("{\"to\":\"fw2\"}"), std::string("\xff"), std::string("null")}) {
    const auto refused = refuse_parameters(body);
    ASSERT_TRUE(refused) << body;
    EXPECT_EQ(refused->status, 400U);
    EXPECT_TRUE(json::accept(refused->body));
  }
}

TEST(History, EntriesSayWhatHappenedAndWhy) {
  processes::HistoryEntry entry;
  entry.wall_ms = 1772366400250;
  entry.from = heartbeat::State::backup;
  entry.to = heartbeat::State::taking_over;
  entry.reason = heartbeat::Reason::peer_died;
  entry.epoch = Epoch{8};
  entry.peer = NodeId("fw2");
  entry.duration = 4200us;
  entry.detail = InlineText<120>::cut("bytes \xff that are no UTF-8");
  const std::vector<StoredEntry> entries{{.id = 3, .entry = entry}};
  const json first = json::parse(history_answer(entries).body)["history"][0];
  EXPECT_EQ(first["event"], "transition");
  EXPECT_EQ(first["from"], "backup");
  EXPECT_EQ(first["to"], "taking_over");
  EXPECT_EQ(first["reason"], "peer_died");
  EXPECT_EQ(first["epoch"], 8);
  EXPECT_EQ(first["duration_ms"], 4.2);
  EXPECT_EQ(first["at"], "2026-03-01T12:00:00.250Z");
}

}  // namespace
}  // namespace flywall::control
