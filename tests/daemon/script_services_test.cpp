// Scripts and own monitors in a real services process; the test plays the failover process.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/clock.hpp"
#include "daemon/tasks/children.hpp"
#include "tests/daemon/services_process.hpp"

namespace flywall::services {
namespace {

namespace message = processes::message;
using heartbeat::Reason;
using heartbeat::State;
using nlohmann::json;

// A folder whose path nobody else can write, as for scripts of an operator.
constexpr const char* kSafe = "/mnt";

class OwnMounts : public testing::Environment {
 public:
  void SetUp() override {
    isolated = unshare(CLONE_NEWNS | CLONE_NEWNET) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", kSafe, "tmpfs", 0, "mode=755") == 0;
  }
  static inline bool isolated = false;
};
[[maybe_unused]] testing::Environment* const kMounts =
    testing::AddGlobalTestEnvironment(new OwnMounts);

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::size_t lines_in(const std::string& path) {
  const std::string text = content(path);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

class Scripts : public testing::Test {
 protected:
  void SetUp() override {
    if (!OwnMounts::isolated) GTEST_SKIP() << "needs the right to make namespaces";
    std::filesystem::remove(kRecord);
  }
  // Answers the path.
  static std::string script(const std::string& name, const std::string& lines) {
    const std::string path = std::string(kSafe) + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" << lines << "\n";
    chmod(path.c_str(), 0755);
    return path;
  }
  static std::string setting(const std::string& name, const std::string& value) {
    return "    " + name + " = \"" + value + "\"\n";
  }
  // Both scripts write one line of what they were told.
  static std::string recording_scripts() {
    const std::string line =
        "echo $FLYWALL_EVENT $FLYWALL_FROM $FLYWALL_TO $FLYWALL_REASON $FLYWALL_EPOCH "
        "$FLYWALL_NODE_ID:$FLYWALL_PEER_ID $FLYWALL_CLUSTER_ID $FLYWALL_PLANNED "
        "\"$FLYWALL_VIPS\" >>" +
        std::string(kRecord);
    return setting("pre_failover_script", script("pre", "sleep 0.05\n" + line)) +
           setting("post_failover_script", script("post", line));
  }
  static processes::Snapshot life(State state, std::uint64_t instance = 1) {
    processes::Snapshot snapshot;
    snapshot.instance = InstanceId{instance};
    snapshot.updated = snapshot.started = now();
    snapshot.node = NodeId("fw1");
    snapshot.state = state;
    return snapshot;
  }
  static message::RoleChanged to(State state, std::uint64_t epoch) {
    return {.from = State::backup,
            .to = state,
            .reason = Reason::peer_silent,
            .epoch = Epoch{epoch},
            .peer = NodeId("fw2")};
  }
  std::vector<std::string> script_history(ServicesProcess& process) {
    process.await_api();
    const std::string body =
        body_of(exchange(connect_unix(process.socket_path()), get("/api/ha/history?limit=1000")));
    std::vector<std::string> result;
    const json history = json::parse(body);
    for (const json& entry : history["history"])
      if (entry.dump().find("failover_script") != std::string::npos) result.push_back(entry.dump());
    return result;
  }

  static constexpr const char* kRecord = "/mnt/record";
  Folder folder_;
};

TEST_F(Scripts, ATakeoverCallsPreThenPostWithWhatTheyMustKnow) {
  ServicesProcess process(folder_, {.ha = recording_scripts()}, life(State::backup));
  process.channel().send(to(State::taking_over, 7));
  process.channel().send(to(State::primary, 7));
  ASSERT_TRUE(wait_until([&] { return lines_in(kRecord) == 2; }));
  EXPECT_EQ(content(kRecord),
            "pre_failover backup primary peer_silent 7 fw1:fw2 flywall no 10.9.9.9/32\n"
            "post_failover backup primary peer_silent 7 fw1:fw2 flywall no 10.9.9.9/32\n");
  EXPECT_TRUE(wait_until([&] { return script_history(process).size() == 2; }));
}

TEST_F(Scripts, APlannedHandoverWaitsForPre) {
  ServicesProcess process(folder_, {.ha = recording_scripts()}, life(State::primary));
  ASSERT_TRUE(wait_until([&] { return lines_in(kRecord) == 2; })) << "the role was reached before";
  process.channel().send(
      message::Prepare{.to = NodeId("fw2"), .reason = Reason::operator_request, .epoch = Epoch{9}});
  const auto prepared = process.next<message::Prepared>();
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(prepared->accepted);
  EXPECT_EQ(lines_in(kRecord), 3u) << "answered after the script has run";
  EXPECT_NE(
      content(kRecord).find("pre_failover primary backup operator_request 9 fw1:fw2 flywall yes"),
      std::string::npos)
      << content(kRecord);
}

TEST_F(Scripts, ARequiredPreThatFailsOrHangsSaysNo) {
  for (const char* lines : {"echo the disk is full; exit 4", "trap '' TERM\nsleep 1000"}) {
    ServicesProcess process(folder_,
                            {.ha = setting("pre_failover_script", script("pre", lines)) +
                                   "    pre_failover_required = true\n    script_timeout = "
                                   "\"500ms\"\n"},
                            life(State::backup));
    const Time asked = now();
    process.channel().send(message::Prepare{.to = NodeId("fw2")});
    const auto prepared = process.next<message::Prepared>();
    ASSERT_TRUE(prepared);
    EXPECT_FALSE(prepared->accepted);
    EXPECT_LT(now() - asked, 5s);
    EXPECT_TRUE(wait_until([&] { return !script_history(process).empty(); }));
  }
}

TEST_F(Scripts, AFailureIsInTheHistoryWithItsLastWords) {
  ServicesProcess process(
      folder_,
      {.ha = setting("post_failover_script", script("post", "echo one; echo two; exit 4"))},
      life(State::backup));
  process.channel().send(to(State::primary, 7));
  ASSERT_TRUE(wait_until([&] { return script_history(process).size() == 1; }));
  const std::string entry = script_history(process).front();
  EXPECT_NE(entry.find("script_failed"), std::string::npos) << entry;
  EXPECT_NE(entry.find("post_failover_script (backup to primary): exit status 4: two"),
            std::string::npos)
      << entry;
}

TEST_F(Scripts, S4KilledInTheMiddleNothingIsLeftAndNothingRunsTwice) {
  const std::string ha =
      setting("pre_failover_script", script("pre", "echo pre >>" + std::string(kRecord))) +
      setting("post_failover_script",
              script("post", "echo post $$ >>" + std::string(kRecord) +
                                 "; setsid sleep 1000 & trap '' TERM; sleep 1000"));
  pid_t hanging = 0;
  {
    ServicesProcess process(folder_, {.ha = ha}, life(State::backup));
    process.channel().send(to(State::primary, 7));
    ASSERT_TRUE(wait_until([&] { return lines_in(kRecord) == 2; }));
    hanging = std::stoi(content(kRecord).substr(std::string("pre\npost ").size()));
    EXPECT_EQ(::kill(hanging, 0), 0);
    process.kill(SIGKILL);
    EXPECT_EQ(process.exit_status(), 128 + SIGKILL);
    EXPECT_TRUE(wait_until([&] { return ::kill(hanging, 0) != 0; }));
  }
  processes::Snapshot later = life(State::primary);
  later.services_restarts = 1;
  ServicesProcess process(folder_, {.ha = ha}, later);
  process.channel().send(to(State::primary, 7));
  process.settle();
  EXPECT_EQ(lines_in(kRecord), 2u) << content(kRecord);
  std::filesystem::remove(folder_.path() + "/role-scripts");
  process.channel().send(to(State::backup, 8));
  EXPECT_TRUE(wait_until([&] { return lines_in(kRecord) == 3; }));
}

TEST_F(Scripts, AFarewellWaitsALittleForThePostScript) {
  {
    ServicesProcess process(
        folder_,
        {.ha = setting("post_failover_script",
                       script("post", "sleep 0.3; echo done >>" + std::string(kRecord)))},
        life(State::backup));
    process.channel().send(to(State::primary, 7));
    process.settle();
  }
  EXPECT_EQ(content(kRecord), "done\n");
}

std::string monitor(const std::string& command) {
  return R"(    monitor_script "probe" {
      command = [")" +
         command + R"("]
      interval = "500ms"
      timeout = "500ms"
      rise = 2
      fall = 2
    }
)";
}

TEST_F(Scripts, AMonitorScriptIsCountedAndToldWhenItChanges) {
  const std::string good = std::string(kSafe) + "/good";
  std::ofstream(good) << "yes";
  ServicesProcess process(
      folder_,
      {.ha = monitor(script("probe", "test -e " + good + " && exit 0; echo no file; exit 2"))},
      life(State::backup));
  const auto up = process.next<message::MonitorChanged>();
  ASSERT_TRUE(up);
  EXPECT_TRUE(up->up);
  EXPECT_EQ(up->monitor, 0);
  std::filesystem::remove(good);
  const auto down = process.next<message::MonitorChanged>();
  ASSERT_TRUE(down);
  EXPECT_FALSE(down->up);
  EXPECT_EQ(down->detail.str(), "exit status 2: no file");
}

TEST_F(Scripts, AMonitorScriptThatHangsIsDown) {
  ServicesProcess process(folder_, {.ha = monitor(script("probe", "sleep 1000"))},
                          life(State::backup));
  const auto down = process.next<message::MonitorChanged>();
  ASSERT_TRUE(down);
  EXPECT_FALSE(down->up);
  EXPECT_NE(down->detail.str().find("killed after"), std::string::npos) << down->detail.str();
}

std::string port_monitor(const std::string& name, int port) {
  return "    monitor_service \"" + name +
         "\" {\n      connect = \"127.0.0.1:" + std::to_string(port) +
         "\"\n      interval = \"100ms\"\n      timeout = \"100ms\"\n      rise = 1\n"
         "      fall = 1\n    }\n";
}

// The network has no interface up: a connection cannot be made.
TEST_F(Scripts, AServiceMonitorConnectsAndComesAfterTheScripts) {
  ServicesProcess process(folder_,
                          {.ha = monitor(script("probe", "exit 0")) + port_monitor("dns", 53)},
                          life(State::backup));
  std::optional<bool> script_up;
  std::optional<bool> port_up;
  std::string detail;
  while (!script_up || !port_up) {
    const auto changed = process.next<message::MonitorChanged>();
    ASSERT_TRUE(changed);
    (changed->monitor == 0 ? script_up : port_up) = changed->up;
    if (changed->monitor == 1) detail = changed->detail.str();
  }
  EXPECT_EQ(script_up, true);
  EXPECT_EQ(port_up, false);
  EXPECT_TRUE(detail.starts_with("127.0.0.1:53")) << detail;
}

TEST_F(Scripts, ANewServicesProcessTellsEverythingAgain) {
  for (int round = 0; round < 2; ++round) {
    ServicesProcess process(folder_, {.ha = monitor(script("probe", "exit 1"))},
                            life(State::backup));
    const auto down = process.next<message::MonitorChanged>();
    ASSERT_TRUE(down);
    EXPECT_FALSE(down->up);
  }
}

TEST_F(Scripts, AnotherConfigurationReplacesMonitorsAndABadOneChangesNothing) {
  ServicesProcess process(folder_, {.ha = monitor(script("probe", "exit 1"))}, life(State::backup));
  ASSERT_TRUE(process.next<message::MonitorChanged>());
  process.reconfigure("this is no configuration");
  process.settle();
  process.reconfigure(folder_,
                      {.ha = port_monitor("dns", 53) + monitor(std::string(kSafe) + "/probe")});
  const auto again = process.next<message::MonitorChanged>();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->monitor, 0) << "an unchanged monitor is told again at once";
  const auto port = process.next<message::MonitorChanged>(
      [](const message::MonitorChanged& changed) { return changed.monitor == 1; });
  ASSERT_TRUE(port);
  EXPECT_FALSE(port->up);
}

}  // namespace
}  // namespace flywall::services
