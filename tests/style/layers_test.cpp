#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/style/source_text.hpp"

namespace flywall::style {
namespace {

// Who may include whom (docs/architecture.md). Arrows point down only; a folder may always include
// itself. What has no line here (tests, the bench's tools) may include everything below it.
using Folders = std::set<std::string, std::less<>>;
const std::map<std::string, Folders, std::less<>> kMayInclude = {
    {"base", {}},
    {"heartbeat", {"base"}},
    {"netlink", {"base"}},
    {"conntrack", {"base"}},
    {"replication", {"base"}},
    {"daemon/config", {"base"}},
    {"daemon", {"base", "heartbeat", "netlink", "conntrack", "replication"}},
};

constexpr std::string_view kAboveAll[] = {"tests", "integration"};

bool is_within(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

// The longest folder of the table that holds the path; empty when none does.
std::string_view layer_of(std::string_view path) {
  std::string_view best;
  for (const auto& [folder, below] : kMayInclude) {
    if (is_within(path, folder) && folder.size() > best.size()) best = folder;
  }
  return best;
}

std::vector<std::string_view> project_includes(std::string_view text) {
  constexpr std::string_view kStart = "#include \"";
  std::vector<std::string_view> found;
  for (auto line : lines_of(text)) {
    if (!line.starts_with(kStart)) continue;
    line.remove_prefix(kStart.size());
    found.push_back(line.substr(0, line.find('"')));
  }
  return found;
}

bool may_include(std::string_view from, std::string_view what) {
  const std::string_view layer = layer_of(from);
  if (layer.empty()) return true;
  if (is_within(what, layer)) return true;
  const Folders& below = kMayInclude.find(layer)->second;
  return std::ranges::any_of(below, [&](const auto& folder) { return is_within(what, folder); });
}

TEST(Layers, AFolderIncludesOnlyWhatStandsBelowIt) {
  for (const auto& file : cpp_files()) {
    for (const auto include : project_includes(file.text)) {
      EXPECT_TRUE(may_include(file.path, include)) << file.path << " includes " << include;
    }
  }
}

TEST(Layers, NothingThatShipsIncludesATest) {
  for (const auto& file : cpp_files()) {
    if (layer_of(file.path).empty()) continue;
    for (const auto include : project_includes(file.text)) {
      for (const auto above : kAboveAll) {
        EXPECT_FALSE(is_within(include, above)) << file.path << " includes " << include;
      }
    }
  }
}

TEST(Layers, IncludesAreWrittenFromTheRootOfTheProject) {
  for (const auto& file : cpp_files()) {
    for (const auto include : project_includes(file.text)) {
      EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(FLYWALL_SOURCE_DIR) / include))
          << file.path << " includes " << include;
    }
  }
}

TEST(Layers, TheTableItselfForbidsWhatItShould) {
  EXPECT_FALSE(may_include("heartbeat/election.cpp", "netlink/link_watch.hpp"));
  EXPECT_FALSE(may_include("base/time.hpp", "heartbeat/election.hpp"));
  EXPECT_FALSE(may_include("daemon/config/load.cpp", "daemon/failover/log.hpp"));
  EXPECT_TRUE(may_include("daemon/failover/failover_loop.cpp", "heartbeat/election.hpp"));
}

}  // namespace
}  // namespace flywall::style
