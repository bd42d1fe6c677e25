// Requests through the whole services process: what reaches the failover process, what comes back.
#include <nlohmann/json.hpp>

#include "tests/daemon/services_fixture.hpp"

namespace flywall::services {
namespace {

namespace message = processes::message;
using nlohmann::json;

class Requests : public Services {
 protected:
  // Sends without waiting for the answer.
  static Descriptor begin(ServicesProcess& process, const std::string& request) {
    Descriptor client = connect_unix(process.socket_path());
    EXPECT_EQ(send(client.get(), request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    return client;
  }
  static std::string post_json(const std::string& target, const std::string& body) {
    return post(target, "Content-Type: application/json\r\n", body);
  }
};

TEST_F(Requests, AFailoverGoesToTheFailoverProcessAndItsAnswerComesBack) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  struct Case {
    bool accepted;
    heartbeat::Reason reason;
    unsigned status;
  };
  for (const Case& one : {Case{true, heartbeat::Reason::operator_request, 202},
                          Case{false, heartbeat::Reason::not_primary, 409},
                          Case{false, heartbeat::Reason::no_better_peer, 409}}) {
    const Descriptor client = begin(process, post_json("/api/ha/failover", R"({"to":"fw2"})"));
    const auto asked = process.next<message::FailoverRequest>();
    ASSERT_TRUE(asked);
    EXPECT_NE(asked->request, 0U);
    EXPECT_EQ(asked->by.view(), "uid 0");
    EXPECT_EQ(asked->to, NodeId("fw2"));
    process.channel().send(message::CommandAnswer{asked->request, one.accepted, one.reason});
    EXPECT_EQ(status_of(exchange(client, "")), one.status);
  }
}

TEST_F(Requests, EveryCommandReachesTheFailoverProcess) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  const auto ends_well = [&](const Descriptor& client, std::uint64_t request) {
    process.channel().send(message::CommandAnswer{request, true, heartbeat::Reason::none});
    EXPECT_EQ(status_of(exchange(client, "")), 200U);
  };
  const Descriptor promoting = begin(process, post_json("/api/ha/promote", R"({"force":true})"));
  const auto promote = process.next<message::PromoteRequest>();
  ASSERT_TRUE(promote);
  EXPECT_TRUE(promote->force);
  ends_well(promoting, promote->request);
  const Descriptor failing_back =
      begin(process, post_json("/api/ha/failback", R"({"enabled": true})"));
  const auto failback = process.next<message::FailbackRequest>();
  ASSERT_TRUE(failback);
  EXPECT_EQ(failback->wish, heartbeat::event::FailbackRequested::Wish::on);
  ends_well(failing_back, failback->request);
  const Descriptor resetting = begin(process, post("/api/ha/reset"));
  const auto reset = process.next<message::ResetRequest>();
  ASSERT_TRUE(reset);
  ends_well(resetting, reset->request);
}

TEST_F(Requests, HistoryOfOneKindIsOfThatKind) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  for (const auto kind : {processes::Happening::transition, processes::Happening::peer_silent,
                          processes::Happening::transition})
    process.channel().send(message::History{{.wall_ms = 1, .happening = kind}});
  process.settle();
  const auto events = [&](const std::string& query) {
    return json::parse(body_of(ask(process, get("/api/ha/history?" + query))))["history"].size();
  };
  EXPECT_EQ(events("kind=transition"), 2U);
  EXPECT_EQ(events("kind=transition&limit=1"), 1U);
  EXPECT_EQ(events("kind=peer_silent"), 1U);
  EXPECT_EQ(events("kind=split_brain"), 0U);
  EXPECT_EQ(status_of(ask(process, get("/api/ha/history?kind=unknown"))), 400U);
}

TEST_F(Requests, EveryReadAnswersAndWhatIsNotBuiltSaysSo) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  for (const char* path :
       {"/api/ha/status", "/api/v1/ha/status", "/api/ha/cluster", "/api/ha/history",
        "/api/ha/metrics", "/api/ha/quorum", "/api/replication/status", "/api/replication/stats",
        "/api/replication/peers", "/api/replication/lag", "/api/config", "/api/openapi.json",
        "/healthz", "/health"}) {
    const std::string response = ask(process, get(path));
    EXPECT_EQ(status_of(response), 200U) << path;
    EXPECT_TRUE(json::accept(body_of(response))) << path;
  }
  for (const char* path : {"/", "/readyz", "/metrics", "/api/ha/drain", "/api/config/history"})
    EXPECT_EQ(status_of(ask(process, get(path))), 501U) << path;
  EXPECT_EQ(status_of(ask(process, post("/api/replication/resync"))), 501U);
  EXPECT_EQ(as_nobody([&] {
              const Descriptor end = connect_tcp({*IpAddress::parse("127.0.0.1"), kApiPort});
              return status_of(services::exchange(end, post("/api/ha/drain"))) == 403 ? 1 : 2;
            }),
            1);
}

TEST_F(Requests, TheConfigurationIsShownWithOriginsAndWithoutSecrets) {
  ServicesProcess process(folder_, {.ha = "priority = 70\n"}, life(1));
  process.await_api();
  const std::string body = body_of(ask(process, get("/api/config")));
  EXPECT_EQ(body.find("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(body.find(kToken), std::string::npos);
  const json answer = json::parse(body);
  const auto origin = [&](const std::string& path) {
    for (const json& one : answer["settings"])
      if (one["path"] == path)
        return one["value"].get<std::string>() + " " + one["origin"].get<std::string>();
    return std::string("missing");
  };
  EXPECT_TRUE(origin("replication.ha.priority").starts_with("70 /etc/flywall/flywall.hcl:"))
      << origin("replication.ha.priority");
  EXPECT_EQ(origin("api.socket"), "\"" + process.socket_path() + "\" command line");
  EXPECT_EQ(origin("replication.batch_size"), "1000 default");
  EXPECT_NE(answer["text"].get<std::string>().find("replication {"), std::string::npos);
}

TEST_F(Requests, AReloadOfAnUnusableFileNeverReachesTheFailoverProcess) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  // The file that the head of the memfd names is not there.
  const std::string response = ask(process, post("/api/config/reload"));
  EXPECT_EQ(status_of(response), 422U);
  const json error = json::parse(body_of(response))["error"];
  EXPECT_EQ(error["code"], "CONFIGURATION");
  EXPECT_NE(error["rendered"].get<std::string>().find("/etc/flywall/flywall.hcl"),
            std::string::npos);
  processes::ToFailover received;
  while (process.channel().receive(received) == processes::Received::message)
    EXPECT_FALSE(std::holds_alternative<message::ReloadRequest>(received));
  const json history = json::parse(body_of(ask(process, get("/api/ha/history"))))["history"];
  EXPECT_EQ(history[0]["event"], "reload_refused");
  EXPECT_EQ(history[0]["detail"], "POST /api/config/reload by uid 0 refused: CONFIGURATION");
}

TEST_F(Requests, WhatNobodyAnswersEndsInTimeAndIsRecorded) {
  ServicesProcess process(folder_, {.ha = "transfer_timeout = \"100ms\"\n"}, life(1));
  process.await_api();
  EXPECT_EQ(status_of(ask(process, post("/api/ha/reset"))), 503U);
  EXPECT_EQ(status_of(ask(process, post_json("/api/ha/promote", R"({"froce":true})"))), 400U);
  const json history = json::parse(body_of(ask(process, get("/api/ha/history"))))["history"];
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0]["detail"], "POST /api/ha/promote by uid 0 refused: BAD_REQUEST");
  EXPECT_EQ(history[1]["detail"], "POST /api/ha/reset by uid 0 refused: UNAVAILABLE");
}

}  // namespace
}  // namespace flywall::services
