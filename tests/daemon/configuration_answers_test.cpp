// What the API says about configurations, without a process.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/control/configuration.hpp"

namespace flywall::control {
namespace {

using nlohmann::json;

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";

config::Outcome outcome_of(const std::string& ha) {
  config::Environment environment{
      .variable = [](std::string_view) { return std::nullopt; },
      .file = [](const std::string& path) -> Result<config::FileContent> {
        return fail(ErrorKind::missing, path);
      },
      .host_name = "fw1"};
  const std::string text = std::string("replication {\n  mode = \"primary\"\n  secret_key = \"") +
                           kSecret + "\"\n  peer_addr = \"10.0.0.2:9002\"\n  ha {\n" + ha +
                           "  }\n}\n";
  return config::read("flywall.hcl", {.text = text}, environment);
}

TEST(ConfigurationAnswers, AnUnusableFileIsToldWithPlaceAndCaret) {
  const config::Outcome outcome = outcome_of("    priorty = 5\n    enabled = 7\n");
  ASSERT_FALSE(outcome.config);
  const Answer answer = unusable_answer(outcome);
  EXPECT_EQ(answer.status, 422U);
  const json error = json::parse(answer.body)["error"];
  EXPECT_EQ(error["code"], "CONFIGURATION");
  EXPECT_EQ(error["message"], "the configuration has 2 errors; nothing was changed");
  EXPECT_EQ(error["diagnostics"][0]["file"], "flywall.hcl");
  EXPECT_EQ(error["diagnostics"][0]["line"], 6);
  EXPECT_NE(error["rendered"].get<std::string>().find('^'), std::string::npos);
  EXPECT_EQ(answer.body.find(kSecret), std::string::npos);
}

TEST(ConfigurationAnswers, AReloadNamesWhatChangedAndWhatNeedsARestart) {
  const auto before = outcome_of("    enabled = true\n    priority = 50\n");
  const auto after =
      outcome_of("    enabled = true\n    priority = 60\n    heartbeat_port = 9012\n");
  ASSERT_TRUE(before.config && after.config) << before.render_all() << after.render_all();
  const auto changes = config::difference(*before.config, *after.config);
  const json body =
      json::parse(reloaded_answer(changes, after, {.request = 1, .accepted = true}).body);
  bool priority = false;
  for (const json& change : body["changes"])
    if (change["path"] == "replication.ha.priority")
      priority = change["from"] == "50" && change["to"] == "60" && change["live"] == true;
  EXPECT_TRUE(priority) << body;
  EXPECT_EQ(body["needs_restart"],
            std::any_of(changes.begin(), changes.end(), [](const auto& c) { return !c.live(); }));
}

TEST(ConfigurationAnswers, SecretsAreMasked) {
  const auto outcome = outcome_of("    enabled = true\n");
  ASSERT_TRUE(outcome.config) << outcome.render_all();
  const Answer answer = effective_answer("flywall.hcl", *outcome.config, outcome.origins);
  EXPECT_EQ(answer.body.find(kSecret), std::string::npos);
  EXPECT_EQ(json::parse(answer.body)["file"], "flywall.hcl");
}

}  // namespace
}  // namespace flywall::control
