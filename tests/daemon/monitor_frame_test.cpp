// The pictures of `flywall ha monitor`, line by line.
#include <gtest/gtest.h>

#include "daemon/cli/monitor_frame.hpp"

namespace flywall::cli {
namespace {

using Json = nlohmann::ordered_json;

MonitorView sample() {
  MonitorView view;
  view.wall_ms = 1772366400250;
  view.status = Json::parse(R"({
    "node_id":"fw1","cluster_id":"flywall","role":"primary","is_leader":true,"leader_id":"fw1",
    "why":"This node has been primary for 3 s: the primary was silent. It is preferred before fw2.",
    "epoch":7,"effective_priority":50,"fault":"none",
    "virtual_ips":[{"address":"10.0.0.100/24","interface":"eth1","held":true}],
    "peers":[{"node_id":"fw2","alive":true,"role":"backup","last_heard_seconds":0.02,
      "round_trip_ms":0.21,"effective_priority":150,"epoch":7,"fault":"none",
      "paths":[{"remote":"192.168.100.2:9002","alive":true,"round_trip_ms":0.21,
                "loss_percent":0.0,"sent":100,"received":99},
               {"remote":"10.0.0.2:9002","alive":false,"round_trip_ms":null,
                "loss_percent":12.5,"sent":100,"received":0}]}],
    "monitors":[{"kind":"link","name":"eth1","state":"up","weight":0,"since_seconds":9.0,
                 "detail":null},
                {"kind":"gateway","name":"10.0.0.1","state":"down","weight":30,
                 "since_seconds":5.0,"detail":"no answer"}],
    "warnings":["heartbeat path 10.0.0.2:9002 of peer fw2 is silent"]})");
  view.history = Json{{"history", Json::array()}};
  for (int i = 1; i <= 30; ++i)
    view.history["history"].push_back({{"at_ms", view.wall_ms - 1000 * i},
                                       {"event", "peer_alive"},
                                       {"peer", "fw" + std::to_string(i)}});
  return view;
}

constexpr const char* kPicture = R"(
flywall ha monitor  cluster flywall  2026-03-01T12:00:00.250Z
 This node has been primary for 3 s: the primary was silent. It is
 preferred before fw2.

 NODE   STATE    PRIORITY  EPOCH  FAULT  HEARD      ROUND TRIP
 fw1 *  primary  50        7      none
 fw2    backup   150       7      none   20 ms ago  0.21 ms

 PATH                TO   STATE   LOSS    ROUND TRIP  SENT  RECEIVED
 192.168.100.2:9002  fw2  alive   0.0 %   0.21 ms     100   99
 10.0.0.2:9002       fw2  silent  12.5 %  -           100   0

 VIRTUAL IP     INTERFACE  HERE
 10.0.0.100/24  eth1       yes

 MONITOR           STATE  WEIGHT  FOR  WHAT
 gateway 10.0.0.1  down   30      5 s  no answer
 link eth1         up     0       9 s

 ! heartbeat path 10.0.0.2:9002 of peer fw2 is silent

 AGO   EVENT       WHAT
 1 s   peer_alive  peer fw1
 2 s   peer_alive  peer fw2
 3 s   peer_alive  peer fw3
 4 s   peer_alive  peer fw4
 5 s   peer_alive  peer fw5
 6 s   peer_alive  peer fw6
 7 s   peer_alive  peer fw7
q leaves
)";

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(MonitorFrame, ShowsNodesPathsAddressesMonitorsWarningsAndEvents) {
  EXPECT_EQ(joined(monitor_frame(sample(), {.columns = 72, .rows = 30}, Style(false))),
            kPicture + 1);
}

TEST(MonitorFrame, FitsEveryScreen) {
  for (std::size_t columns = 1; columns < 120; columns += 7)
    for (std::size_t rows = 1; rows < 50; rows += 3) {
      const auto lines = monitor_frame(sample(), {.columns = columns, .rows = rows}, Style(false));
      EXPECT_LE(lines.size(), std::max<std::size_t>(rows, 2));
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns);
    }
}

TEST(MonitorFrame, AShortScreenKeepsTheLatestEvents) {
  const auto lines = monitor_frame(sample(), {.columns = 72, .rows = 12}, Style(false));
  ASSERT_EQ(lines.size(), 12U);
  EXPECT_NE(lines[8].find("peer fw1"), std::string::npos) << joined(lines);
  EXPECT_EQ(lines[11], "q leaves");
}

TEST(MonitorFrame, ColourIsClosedWhereALineIsCut) {
  for (const std::string& line :
       monitor_frame(sample(), {.columns = 20, .rows = 30}, Style(true))) {
    const std::size_t last = line.rfind('\033');
    if (last == std::string::npos) continue;
    EXPECT_EQ(line.substr(last, 4), "\033[0m") << line;
  }
}

TEST(MonitorFrame, WhatWasKnownStaysBesideTheTrouble) {
  MonitorView view = sample();
  view.trouble = "cannot reach flywalld";
  const auto lines = monitor_frame(view, {.columns = 200, .rows = 40}, Style(false));
  EXPECT_NE(lines[0].find("cannot reach flywalld"), std::string::npos);
  EXPECT_NE(joined(lines).find("192.168.100.2:9002"), std::string::npos);
}

TEST(MonitorFrame, OddJsonIsNoAccident) {
  MonitorView view;
  EXPECT_NO_THROW(monitor_frame(view, {}, Style(false)));
  view.status = Json::parse(R"({"peers":[1,{"paths":3}],"virtual_ips":["x"],"warnings":[2],
      "monitors":[null]})");
  view.history = Json::parse(R"({"history":[7]})");
  EXPECT_NO_THROW(monitor_frame(view, {}, Style(false)));
}

}  // namespace
}  // namespace flywall::cli
