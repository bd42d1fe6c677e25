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
    if (entry.path().extension() != ".txt") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

Outcome read_broken(const std::filesystem::path& path) {
  return read(path.filename().string(), {file_text(path), false}, test_environment());
}

// A folder with flywall.hcl and conf.d, named in messages as it lies there.
std::vector<std::filesystem::path> broken_folders() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder + "/broken_folders"))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

Outcome read_folder(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "conf.d"))
    names.push_back("conf.d/" + entry.path().filename().string());
  std::ranges::sort(names);
  names.insert(names.begin(), "flywall.hcl");
  std::vector<Text> texts;
  for (const std::string& name : names) texts.push_back({name, {file_text(folder / name), false}});
  return read(std::move(texts), test_environment());
}

TEST(BrokenConfiguration, of_several_files_names_both_places) {
  for (const auto& folder : broken_folders()) {
    SCOPED_TRACE(folder.filename().string());
    const Outcome outcome = read_folder(folder);
    EXPECT_FALSE(outcome.config);
    expect_golden(folder.string() + ".txt", outcome.render_all());
    EXPECT_EQ(outcome.render_all(true).find("hunter2"), std::string::npos);
  }
}

TEST(BrokenConfiguration, says_what_is_wrong_where_and_what_to_do) {
  for (const auto& path : broken_files()) {
    SCOPED_TRACE(path.filename().string());
    const bool yaml = path.extension() == ".yaml";
    auto golden = path;
    golden.replace_extension(yaml ? ".yaml.txt" : ".txt");
    expect_golden(golden, read_broken(path).render_all());
  }
}

TEST(BrokenConfiguration, gives_no_config_and_at_least_one_error) {
  const auto files = broken_files();
  EXPECT_GE(files.size(), 160u);
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

TEST(GuideConfiguration, all_files_start_unchanged) {
  for (const char* name : {"basic-primary", "basic-replica", "advanced", "multi-node-1",
                           "multi-node-2", "multi-node-3", "pair-fast"}) {
    const Outcome outcome =
        read(name, {file_text(kExamples + name + ".hcl"), false}, test_environment());
    EXPECT_TRUE(outcome.config) << outcome.render_all();
  }
}

TEST(GuideConfiguration, three_nodes_default_to_a_majority) {
  const Outcome outcome =
      read("multi-node-1", {file_text(kExamples + "multi-node-1.hcl"), false}, test_environment());
  ASSERT_TRUE(outcome.config);
  EXPECT_EQ(outcome.config->replication.ha.quorum, Quorum::majority);
  EXPECT_EQ(outcome.render_all().find("majority"), std::string::npos) << "nothing to warn of";
}

// guide_fences.hcl is the guide's three fences, one behind the other; each node is one file.
TEST(GuideConfiguration, files_are_the_fences_of_the_guide) {
  std::string together;
  for (const char* name : {"basic-primary", "basic-replica", "advanced", "multi-node-1",
                           "multi-node-2", "multi-node-3"}) {
    const std::string text = file_text(kExamples + name + ".hcl");
    together += (together.empty() ? "" : "\n") + text;
  }
  EXPECT_EQ(together, file_text(kFolder + "/guide_fences.hcl"));
}

}  // namespace
}  // namespace flywall::config
