// What `flywall` prints.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/render.hpp"

namespace flywall::cli {
namespace {

using Json = nlohmann::ordered_json;

const Json kStatus = Json::parse(R"({
  "node_id":"fw1","role":"primary","is_leader":true,"leader_id":"fw1","why":"Because.",
  "epoch":7,"effective_priority":50,"detection_ms":300.0,"quorum":"none",
  "fence":{"kind":"kernel","open":true,"idle":false},
  "uptime_seconds":90.0,
  "virtual_ips":[{"address":"10.0.0.100/24","interface":"eth1","held":true}],
  "peers":[{"node_id":"fw2","known":true,"alive":true,"role":"backup","last_heard_seconds":0.02,
    "round_trip_ms":0.21,"effective_priority":150,
    "paths":[{"remote":"192.168.100.2:9002","alive":true,
      "round_trip_ms":0.21,"loss_percent":0.0}]}],
  "last_transition":{"from":"taking_over","to":"primary","age_seconds":3.0},
  "warnings":["Look."]})");

TEST(Rendering, AStatusReadsAtThreeInTheMorning) {
  EXPECT_EQ(
      render_status(kStatus, Style(false)),
      "fw1 is primary\n"
      "Because.\n"
      "\n"
      "  EPOCH  PRIORITY  DETECTION  QUORUM  FENCE         UPTIME      LAST CHANGE\n"
      "  7      50        300 ms     none    kernel, open  1 min 30 s  taking_over -> primary 3 "
      "s ago\n"
      "\n"
      "  VIRTUAL IP     INTERFACE  HERE\n"
      "  10.0.0.100/24  eth1       yes\n"
      "\n"
      "  PEER                      STATE   HEARD      ROUND TRIP  PRIORITY  LOSS\n"
      "  fw2                       backup  20 ms ago  0.21 ms     150\n"
      "    via 192.168.100.2:9002  alive              0.21 ms               0.0 %\n"
      "\n"
      "! Look.\n");
}

TEST(Rendering, ColourTakesNoWidth) {
  const std::string plain = columns({{"A", "B"}, {"xx", "y"}}, "", Style(false));
  const Style style(true);
  const std::string painted = columns({{"A", "B"}, {style.bad("xx"), "y"}}, "", style);
  EXPECT_EQ(plain, "A   B\nxx  y\n");
  EXPECT_NE(painted.find("xx\033[0m  y"), std::string::npos);
}

TEST(Rendering, AnAnswerOfAnotherVersionIsNoAccident) {
  EXPECT_NO_THROW(render_status(Json::object(), Style(false)));
  EXPECT_NO_THROW(render_cluster(Json::object(), Style(false)));
  EXPECT_NO_THROW(render_history(Json::object(), 0, Style(false)));
  const Json odd = Json::parse(
      R"({"peers":[1,{"paths":3}],"virtual_ips":["x"],"warnings":[2],
      "nodes":[null],"history":[7]})");
  EXPECT_NO_THROW(render_status(odd, Style(false)));
  EXPECT_NO_THROW(render_cluster(odd, Style(false)));
  EXPECT_NO_THROW(render_history(odd, 0, Style(false)));
}

TEST(Rendering, AThousandAddressesAreCounted) {
  Json status = kStatus;
  status["virtual_ips"] = Json::array();
  for (int i = 0; i < 1000; ++i)
    status["virtual_ips"].push_back(
        {{"address", "10.0.0." + std::to_string(i)}, {"interface", "eth1"}, {"held", i != 5}});
  const std::string text = render_status(status, Style(false));
  EXPECT_NE(text.find("999 of 1000 virtual IPs are here"), std::string::npos);
  EXPECT_NE(text.find("10.0.0.5 "), std::string::npos);
  EXPECT_EQ(text.find("10.0.0.6 "), std::string::npos);
}

TEST(Rendering, HistoryHasAgeAndReason) {
  const Json history = Json::parse(R"({"history":[{"at":"2026-03-01T12:00:00.250Z","at_ms":1000,
    "event":"transition","from":"backup","to":"primary","reason_text":"the primary was silent",
    "epoch":8,"peer":"fw2","count":0,"duration_ms":4.2,"detail":null}]})");
  EXPECT_EQ(render_history(history, 4000, Style(false)),
            "AT                        AGO  EVENT       EPOCH  WHAT\n"
            "2026-03-01T12:00:00.250Z  3 s  transition  8      backup -> primary, the primary was "
            "silent, peer fw2, took 4.20 ms\n");
}

TEST(Yaml, NestsAndQuotes) {
  EXPECT_EQ(to_yaml(Json::parse(
                R"({"role":"primary","why":"a: b","n":1,"none":null,
               "list":[1,"yes",{"a":true,"b":[2]}],"e":[],"o":{}})")),
            "role: primary\n"
            "why: \"a: b\"\n"
            "n: 1\n"
            "none: null\n"
            "list:\n"
            "  - 1\n"
            "  - \"yes\"\n"
            "  - a: true\n"
            "    b:\n"
            "      - 2\n"
            "e: []\n"
            "o: {}\n");
}

}  // namespace
}  // namespace flywall::cli
