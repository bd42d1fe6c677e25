// The API's decisions and answers, without a socket.
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "daemon/control/answers.hpp"
#include "daemon/control/authorisation.hpp"
#include "daemon/control/openapi.hpp"
#include "daemon/control/routes.hpp"
#include "daemon/control/words.hpp"

namespace flywall::control {
namespace {

using nlohmann::json;

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

TEST(Routes, WhatALaterVersionBringsIsKnown) {
  for (const char* path : {"/readyz", "/metrics", "/api/events", "/api/ha/drain", "/"})
    EXPECT_EQ(std::get<Route>(route("GET", path)).operation, Operation::not_built) << path;
  const Answer answer = not_built_answer("/readyz");
  EXPECT_EQ(answer.status, 501U);
  EXPECT_EQ(json::parse(answer.body)["error"]["code"], "NOT_BUILT");
}

TEST(OpenApi, DescribesEveryRouteAndNothingElse) {
  const json described = json::parse(openapi_answer().body);
  EXPECT_EQ(described["openapi"], "3.0.3");
  std::size_t operations = 0;
  for (const auto& [path, methods] : described["paths"].items()) operations += methods.size();
  EXPECT_EQ(operations, routes().size());
  for (const Route& each : routes()) {
    std::string method(each.method);
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    const json& one = described["paths"][std::string(each.path)][method];
    ASSERT_TRUE(one.is_object()) << each.path;
    EXPECT_FALSE(one["summary"].get<std::string>().empty()) << each.path;
    EXPECT_EQ(one["responses"].contains("501"), each.operation == Operation::not_built);
    EXPECT_EQ(one.contains("security"), each.access == Access::write) << each.path;
  }
}

// The last part of a path is enough: the page says `/undrain` beside `/api/ha/drain`.
TEST(OpenApi, ThePageOfTheApiNamesEveryRoute) {
  std::ifstream file(std::string(FLYWALL_SOURCE_DIR) + "/docs/api.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const Route& each : routes()) {
    const std::string tail(each.path.substr(each.path.rfind('/')));
    EXPECT_TRUE(page.find(std::string(each.path)) != std::string::npos ||
                page.find("`" + tail) != std::string::npos)
        << each.path;
  }
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
