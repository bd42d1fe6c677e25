// YAML into the tree: what it may hold, what is refused, and that it stays bounded.
#include <gtest/gtest.h>

#include "daemon/config/yaml.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

// The tree as HCL, or "error: LINE:COLUMN MESSAGE" of the first problem.
std::string canonical(std::string_view text) {
  Problems problems;
  const Body body = parse_yaml(text, 0, test_environment().variable, problems);
  const auto found = problems.take();
  if (found.empty()) return print_hcl(body);
  const Position& at = found.front().place.at;
  return "error: " + std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
         found.front().message;
}

struct Case {
  const char* text;
  const char* expected;
};

void expect_all(std::initializer_list<Case> cases) {
  for (const Case& each : cases) EXPECT_EQ(canonical(each.text), each.expected) << each.text;
}

TEST(Yaml, scalars_follow_the_core_schema_and_quotes_make_text) {
  expect_all({
      {"", ""},
      {"a: 1\nb: 2.5\nc: '1'\nd: \"true\"\n", "a = 1\nb = 2.5\nc = \"1\"\nd = \"true\"\n"},
      {"a: true\nb: False\nc: ~\nd:\n", "a = true\nb = false\nc = null\nd = null\n"},
      {"a: yes\nb: 10ms\nc: 10.0.0.1/24\n", "a = \"yes\"\nb = \"10ms\"\nc = \"10.0.0.1/24\"\n"},
      {"a: inf\nb: nan\n", "a = \"inf\"\nb = \"nan\"\n"},
      {"a: !!str 5\n", "a = \"5\"\n"},
      {"a: |\n  one\n  two\n", "a = \"one\\ntwo\\n\"\n"},
      {"a: ${env.MODE}-x\nb: $${y}\n", "a = \"replica-x\"\nb = \"$${y}\"\n"},
  });
}

TEST(Yaml, blocks_are_mappings_labels_are_names_and_several_are_a_list) {
  expect_all({
      {"log:\n  level: info\n", "log {\n  level = \"info\"\n}\n"},
      {"log:\n", "log {\n}\n"},
      {"replication:\n  peer:\n    b: {addresses: [x]}\n",
       "replication {\n  peer \"b\" {\n    addresses = [\"x\"]\n  }\n}\n"},
      {"replication:\n  ha:\n    virtual_ip:\n      - {label: x}\n      - {label: y}\n",
       "replication {\n  ha {\n    virtual_ip {\n      label = \"x\"\n    }\n    virtual_ip {\n"
       "      label = \"y\"\n    }\n  }\n}\n"},
      {"unknown:\n  x: 1\n", "unknown {\n  x = 1\n}\n"},
      {"log: 5\n",
       "error: 1:6 \"log\" is a block: its settings stand below it, indented, and this "
       "is a number"},
      {"- a\n", "error: 1:1 a configuration is a mapping, and this is a list"},
  });
}

TEST(Yaml, aliases_and_merge_keys_work) {
  expect_all({
      {"a: &x [1, 2]\nb: *x\n", "a = [1, 2]\nb = [1, 2]\n"},
      {"a: &x {p: 1, q: 2}\nlog:\n  <<: *x\n  q: 3\n",
       "a {\n  p = 1\n  q = 2\n}\nlog {\n  q = 3\n  p = 1\n}\n"},
      {"a: &x {b: *x}\n", "error: 1:11 this alias stands inside what it names"},
      {"a:\n  <<: 5\n", "error: 2:7 \"<<\" merges mappings, and this is a number"},
  });
}

TEST(Yaml, what_would_be_ambiguous_is_refused_where_it_stands) {
  expect_all({
      {"a: 1\nö: 2\na: 3\n", "error: 3:1 \"a\" stands here twice: the first is in line 1"},
      {"a: !!binary x\n", "error: 1:4 tags are not supported"},
      {"a: 1\n---\nb: 2\n", "error: 2:1 a second document (\"---\"): a file holds one"},
      {"ö: ü\n[1]: 2\n", "error: 2:1 a name is text, and this is a list"},
      {"a: ${env.NOTHING}\n", "error: 1:4 the environment variable NOTHING is not set"},
      {"a: ${x}\n",
       "error: 1:4 only ${env.NAME} is replaced in text; write $${ for a literal \"${\""},
  });
  EXPECT_TRUE(canonical("a: [1\nb: 2\n").starts_with("error: 2:"));
  EXPECT_TRUE(canonical("a:\n\t- b\n").starts_with("error: 2:"));
}

TEST(Yaml, a_billion_laughs_end_early) {
  std::string text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'n'; ++c) {
    const std::string before = "*" + std::string(1, static_cast<char>(c - 1));
    text += std::string(1, c) + ": &" + std::string(1, c) + " [" + before;
    for (int i = 0; i < 9; ++i) text += ", " + before;
    text += "]\n";
  }
  EXPECT_NE(canonical(text).find("too many values: aliases multiply them"), std::string::npos);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "[";
  EXPECT_TRUE(canonical("a: " + deep).starts_with("error: "));
  std::string wide;
  for (int i = 0; i < 100000; ++i) wide += "k" + std::to_string(i) + ": 1\n";
  EXPECT_NE(canonical(wide).find("names in a mapping"), std::string::npos);
}

}  // namespace
}  // namespace flywall::config
