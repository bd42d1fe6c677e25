#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "tests/style/functions.hpp"
#include "tests/style/source_text.hpp"

namespace flywall::style {
namespace {

constexpr std::size_t kMostLines = 500;
constexpr std::size_t kMostColumns = 100;
constexpr std::size_t kMostFunctionLines = 70;

bool is_code(const SourceFile& file) {
  return file.path.ends_with(".cpp") || file.path.ends_with(".hpp") || file.path.ends_with(".sh");
}

// UTF-8: what a reader sees as one column may be several bytes.
std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; }));
}

void expect_no_match(const SourceFile& file, const std::regex& forbidden, const char* why) {
  std::size_t number = 0;
  for (const auto line : lines_of(file.text)) {
    ++number;
    EXPECT_FALSE(std::regex_search(line.begin(), line.end(), forbidden))
        << file.path << ':' << number << ": " << why;
  }
}

TEST(Style, AFileStopsAt500Lines) {
  for (const auto& file : all_files()) {
    if (!is_code(file)) continue;
    EXPECT_LE(lines_of(file.text).size(), kMostLines) << file.path;
  }
}

TEST(Style, ALineStopsAt100Columns) {
  for (const auto& file : cpp_files()) {
    std::size_t number = 0;
    for (const auto line : lines_of(file.text)) {
      ++number;
      EXPECT_LE(columns_of(line), kMostColumns) << file.path << ':' << number;
    }
  }
}

TEST(Style, AFunctionStopsAt70Lines) {
  for (const auto& file : cpp_files()) {
    for (const auto& function : functions_in(code_of(file.text))) {
      EXPECT_LE(function.lines, kMostFunctionLines)
          << file.path << ':' << function.first_line << ": " << function.head;
    }
  }
}

TEST(Style, AHeaderOpensWithWhatTheModuleDecides) {
  for (const auto& file : cpp_files()) {
    if (!file.path.ends_with(".hpp")) continue;
    EXPECT_TRUE(file.text.starts_with("//")) << file.path;
  }
}

TEST(Style, NothingIsLeftForLater) {
  const std::regex later(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  for (const auto& file : all_files()) expect_no_match(file, later, "do it or delete it");
}

TEST(Style, NoPathOfAMachineIsWrittenDown) {
  const std::regex machine(
      "/(wor"
      "k|far"
      "m|roo"
      "t)/");
  for (const auto& file : all_files()) expect_no_match(file, machine, "a path of one machine");
}

TEST(Style, ModulesAreNotNamedAfterNothing) {
  const std::regex vague(R"((^|[/_])(manager|helpers?|utils?|misc|common)(_|\.))");
  for (const auto& file : cpp_files()) {
    EXPECT_FALSE(std::regex_search(file.path, vague)) << file.path;
  }
}

TEST(Style, ScriptsStopAtTheFirstError) {
  for (const auto& file : all_files()) {
    if (!file.text.starts_with("#!/usr/bin/env bash")) continue;
    EXPECT_NE(file.text.find("\nset -euo pipefail\n"), std::string::npos) << file.path;
  }
}

TEST(Functions, AreFoundInLaidOutCode) {
  const std::string code = code_of(R"(
namespace x {
int free_one(int a) {
  if (a) {
    return '}';
  }
  return [](int b) { return b; }(a);  // }
}
struct Thing {
  Thing() : member_(1) {
  }
  int get() const { return member_; }
  int member_ = 1;
};
})");
  const auto found = functions_in(code);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[1].head, "int free_one(int a) ");
  EXPECT_EQ(found[1].lines, 6u);
  EXPECT_EQ(found[2].head, "Thing() : member_(1) ");
  EXPECT_EQ(found[3].head, "int get() const ");
}

}  // namespace
}  // namespace flywall::style
