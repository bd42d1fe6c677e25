// `flywall ha check`: what is critical, what is a warning, and the line that says it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/check.hpp"

namespace flywall::cli {
namespace {

using Json = nlohmann::ordered_json;

Json good() {
  return Json::parse(R"({"enabled":true,"node_id":"fw1","role":"primary","is_leader":true,
    "leader_id":"fw1","epoch":7,"fault":"none","state_age_seconds":0.2,
    "virtual_ips":[{"held":true},{"held":true}],
    "peers":[{"node_id":"fw2","alive":true,"role":"backup",
      "paths":[{"alive":true},{"alive":false}]}],
    "warnings":[]})");
}

TEST(Check, AllIsWell) {
  const CheckResult result = check_status(good());
  EXPECT_EQ(result.exit, 0);
  EXPECT_EQ(result.line,
            "FLYWALL OK - fw1 is primary, 1 of 1 peers alive | is_leader=1 epoch=7 "
            "peers_alive=1;;;0;1 paths_alive=1;;;0;2 vips_held=2;;;0;2 state_age=0.2s");
}

TEST(Check, AWarningIsAWarning) {
  Json status = good();
  status["warnings"] = {"peer fw2 is silent | alone\nnow", "and more"};
  const CheckResult result = check_status(status);
  EXPECT_EQ(result.exit, 1);
  EXPECT_TRUE(result.line.starts_with(
      "FLYWALL WARNING - peer fw2 is silent / alone/now (and 1 more); fw1 is primary | "))
      << result.line;
}

TEST(Check, WhatServesNobodyIsCritical) {
  const auto line = [](const Json& status) {
    const CheckResult result = check_status(status);
    EXPECT_EQ(result.exit, 2) << result.line;
    return result.line.substr(0, result.line.find(';'));
  };
  Json status = good();
  status["role"] = "unknown";
  EXPECT_EQ(line(status), "FLYWALL CRITICAL - the failover process does not answer");
  status = good();
  status["peers"][0]["role"] = "primary";
  EXPECT_EQ(line(status), "FLYWALL CRITICAL - more than one node is primary");
  status = good();
  status["is_leader"] = false;
  status["leader_id"] = nullptr;
  EXPECT_EQ(line(status), "FLYWALL CRITICAL - nobody is primary");
  status = good();
  status["fault"] = "faulty";
  EXPECT_EQ(line(status), "FLYWALL CRITICAL - the network of this node is faulty");
  status = good();
  status["virtual_ips"][1]["held"] = false;
  EXPECT_EQ(line(status), "FLYWALL CRITICAL - 1 of 2 virtual addresses are not in place");
}

TEST(Check, WhatCannotBeKnownIsUnknown) {
  EXPECT_EQ(check_unreachable("nobody listens").line, "FLYWALL UNKNOWN - nobody listens");
  EXPECT_EQ(check_unreachable("").exit, 3);
  Json status = good();
  status["enabled"] = false;
  EXPECT_EQ(check_status(status).exit, 3);
  EXPECT_EQ(check_status(Json::object()).exit, 3);
}

}  // namespace
}  // namespace flywall::cli
