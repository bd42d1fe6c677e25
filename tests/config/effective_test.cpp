// What is in force, where it comes from, and what a reload would change.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/config/difference.hpp"
#include "daemon/config/effective.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

constexpr std::string_view kPair =
    "replication {\n  mode = \"primary\"\n  peer_addr = \"[fd00::2]:7002\"\n"
    "  node_id = \"n-${env.MODE}\"\n  secret_key = \"0123456789abcdefghijklmnopqrstuvwxyz\"\n"
    "  ha {\n    enabled = true\n    priority = 50\n    monitor_links = [\"eth0\"]\n"
    "    virtual_ip {\n      address = \"10.0.0.100/24\"\n      interface = \"eth1\"\n    }\n"
    "  }\n}\n";

Outcome read_text(std::string text) {
  return read("t.hcl", {std::move(text), false}, test_environment());
}

// `text` with the first `old` replaced.
std::string with(std::string_view old, std::string_view replacement) {
  std::string text(kPair);
  return text.replace(text.find(old), old.size(), replacement);
}

TEST(Effective, output_parses_again_and_means_the_same) {
  for (const char* name : {"advanced", "basic-replica", "multi-node-1", "pair-fast"}) {
    const Outcome first =
        read(name, {file_text(kExamples + name + ".hcl"), false}, test_environment());
    ASSERT_TRUE(first.config);
    std::string text = render_effective(*first.config, first.origins);
    const Secret& key = first.config->replication.secret_key;
    EXPECT_EQ(text.find(key.reveal()), std::string::npos);
    const std::size_t mask = text.find("********");
    ASSERT_NE(mask, std::string::npos);
    text.replace(mask, 8, key.reveal());
    const Outcome again = read_text(text);
    ASSERT_TRUE(again.config) << again.render_all() << text;
    EXPECT_TRUE(*again.config == *first.config) << text;
  }
}

TEST(Effective, tells_who_gave_each_value) {
  Outcome outcome = read_text(std::string(kPair));
  ASSERT_TRUE(outcome.config) << outcome.render_all();
  outcome.origins["replication.state_dir"] = {OriginKind::command_line};
  const std::string text = render_effective(*outcome.config, outcome.origins);
  for (const char* line :
       {"node_id = \"n-replica\"  # environment (t.hcl:4)\n", "priority = 50  # t.hcl:8\n",
        "failure_threshold = 3  # default\n", "state_dir = \"/var/lib/flywall\"  # command line\n",
        "peer_addr = \"[fd00::2]:7002\"  # t.hcl:3\n",
        "on_witness_loss = \"step_down\"  # default\n",
        "address = \"10.0.0.100/24\"  # t.hcl:11\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST(Effective, tells_what_was_derived_and_names_the_file_of_each_line) {
  const Outcome outcome = read(
      {{"flywall.hcl", {file_text(kExamples + "advanced.hcl"), false}},
       {"conf.d/third.hcl", {"replication {\n  peer_addrs = [\"10.0.0.3:9001\"]\n}\n", false}}},
      test_environment());
  ASSERT_TRUE(outcome.config) << outcome.render_all();
  const std::string text = render_effective(*outcome.config, outcome.origins);
  for (const char* line : {"node_id = \"host-a\"  # derived (the host name)\n",
                           " quorum = \"majority\"  # derived (more than two nodes)\n",
                           "peer_addrs = [\"10.0.0.3:9001\"]  # conf.d/third.hcl:2\n",
                           "secret_key = \"********\"  # flywall.hcl:5\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST(Effective, list_has_every_setting_of_the_rendered_text) {
  const Outcome outcome = read_text(std::string(kPair));
  const auto values = effective_values(*outcome.config, outcome.origins);
  const auto has = [&](std::string_view path, std::string_view value) {
    return std::ranges::any_of(values, [&](const EffectiveValue& each) {
      return each.path == path && each.value == value;
    });
  };
  EXPECT_TRUE(has("replication.ha.virtual_ip[0].interface", "\"eth1\""));
  EXPECT_TRUE(has("replication.ha.failure_timeout", "null"));
  EXPECT_TRUE(has("replication.secret_key", "\"********\""));
}

std::vector<std::string> changes(const std::string& wanted) {
  const Outcome before = read_text(std::string(kPair)), after = read_text(wanted);
  EXPECT_TRUE(after.config) << after.render_all();
  std::vector<std::string> lines;
  for (const Change& each : difference(*before.config, *after.config))
    lines.push_back(describe(each));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Difference, of_equal_configurations_is_empty) {
  EXPECT_EQ(changes(std::string(kPair)), Lines{});
  EXPECT_EQ(changes(with("priority = 50", "# the same\n priority = 50")), Lines{});
}

TEST(Difference, says_what_is_applied_live_and_what_needs_a_restart) {
  EXPECT_EQ(changes(with("priority = 50", "priority = 60")),
            Lines{"replication.ha.priority: 50 → 60 (applied live)"});
  EXPECT_EQ(changes(with("n-${env.MODE}", "other")),
            Lines{"replication.node_id: \"n-replica\" → \"other\" (needs a restart because the "
                  "peers know this node by it)"});
}

TEST(Difference, never_shows_a_secret) {
  const Lines lines =
      changes(with("0123456789abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba9876543210"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with("replication.secret_key: \"********\" → \"********\" (applied"));
}

TEST(Difference, compares_blocks_by_what_names_them) {
  const std::string two = with("    virtual_ip {",
                               "    virtual_ip {\n      address = \"10.0.0.7/24\"\n      interface"
                               " = \"eth1\"\n    }\n    virtual_ip {\n      label = \"x\"");
  EXPECT_EQ(changes(two),
            (Lines{"replication.ha.virtual_ip 10.0.0.100/24.label: null → \"x\" (applied live)",
                   "replication.ha.virtual_ip 10.0.0.7/24 is added (applied live)"}));
  EXPECT_EQ(changes(with("10.0.0.100", "10.0.0.101")),
            (Lines{"replication.ha.virtual_ip 10.0.0.101/24 is added (applied live)",
                   "replication.ha.virtual_ip 10.0.0.100/24 is removed (applied live)"}));
}

}  // namespace
}  // namespace flywall::config
