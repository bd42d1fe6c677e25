// Broken configurations and what is said about them, word by word. After a deliberate change of a
// message run with FLYWALL_REWRITE_GOLDEN=1 and read the difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "daemon/config/load.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

std::vector<std::filesystem::path> broken_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder + "/broken"))
    if (entry.path().extension() == ".hcl") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

Outcome read_broken(const std::filesystem::path& path) {
  return read(path.filename().string(), {file_text(path), false}, test_environment());
}

TEST(BrokenConfiguration, says_what_is_wrong_where_and_what_to_do) {
  for (const auto& path : broken_files()) {
    SCOPED_TRACE(path.filename().string());
    auto golden = path;
    expect_golden(golden.replace_extension(".txt"), read_broken(path).render_all());
  }
}

TEST(BrokenConfiguration, gives_no_config_and_at_least_one_error) {
  const auto files = broken_files();
  EXPECT_GE(files.size(), 40u);
  for (const auto& path : files) {
    const Outcome outcome = read_broken(path);
    EXPECT_FALSE(outcome.config) << path;
    EXPECT_TRUE(std::ranges::any_of(outcome.diagnostics, [](const Diagnostic& each) {
      return each.severity == Severity::error;
    })) << path;
  }
}

TEST(BrokenConfiguration, never_shows_a_secret) {
  for (const auto& path : broken_files()) {
    const std::string shown = read_broken(path).render_all(true);
    EXPECT_EQ(shown.find("hunter2"), std::string::npos) << path << "\n" << shown;
    EXPECT_EQ(shown.find("7777777"), std::string::npos) << path << "\n" << shown;
  }
}

TEST(GuideConfiguration, basic_and_multi_node_files_start_unchanged) {
  for (const char* name : {"basic-primary", "basic-replica", "multi-node-1", "multi-node-2",
                           "multi-node-3", "pair-fast"}) {
    const Outcome outcome = load(kExamples + name + ".hcl", test_environment_with_files());
    EXPECT_TRUE(outcome.config) << outcome.render_all();
  }
}

TEST(GuideConfiguration, advanced_file_lacks_only_what_is_not_built_yet) {
  const Outcome outcome = load(kExamples + "advanced.hcl", test_environment_with_files());
  std::vector<std::string> errors;
  for (const Diagnostic& each : outcome.diagnostics)
    if (each.severity == Severity::error) errors.push_back(each.message);
  ASSERT_EQ(errors.size(), 4u) << outcome.render_all();
  const char* const names[] = {"monitor_gateways", "conntrack_sync", "pre_failover_script",
                               "post_failover_script"};
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_TRUE(errors[i].starts_with("\"" + std::string(names[i]) + "\" is not built yet"))
        << errors[i];
}

}  // namespace
}  // namespace flywall::config
