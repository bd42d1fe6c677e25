// What HCL2's structural syntax allows, and what it means.
#include <gtest/gtest.h>

#include "daemon/config/hcl.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

// The text in canonical form, or "error: …" of the first problem.
std::string canonical(std::string_view text) {
  Problems problems;
  const Body body = parse_hcl(text, 0, test_environment().variable, problems);
  const auto found = problems.take();
  return found.empty() ? print_hcl(body) : "error: " + found.front().message;
}

struct Case {
  const char* text;
  const char* expected;
};

void expect_all(std::initializer_list<Case> cases) {
  for (const Case& each : cases) EXPECT_EQ(canonical(each.text), each.expected) << each.text;
}

TEST(HclSyntax, attributes_hold_every_kind_of_literal) {
  expect_all({
      {"a = 1\n", "a = 1\n"},
      {"a=1", "a = 1\n"},
      {"a = -12.5e-1\nb = 007\nc = 1E3", "a = -1.25\nb = 7\nc = 1000\n"},
      {"a = - 5\n", "a = -5\n"},
      {"a = true\nb = false\nc = null\n", "a = true\nb = false\nc = null\n"},
      {"größe-2_x = \"ü\"\n", "größe-2_x = \"ü\"\n"},
      {"\xEF\xBB\xBF"
       "a = 1\n",
       "a = 1\n"},
      {"a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n"},
      {"", ""},
      {"\n\n  \t\n", ""},
  });
}

TEST(HclSyntax, strings_know_all_escapes_and_literal_template_markers) {
  expect_all({
      {R"(a = "\n\r\t\"\\")", "a = \"\\n\\u000D\\u0009\\\"\\\\\"\n"},
      {R"(a = "\u00e4\U0001F600")", "a = \"ä😀\"\n"},
      {R"(a = "$${x} %%{y} $ % $x $$ 100%")", "a = \"$${x} %%{y} $ % $x $$ 100%\"\n"},
      {R"(a = "$$${x}")", "a = \"$$${x}\"\n"},
      {R"(a = "# // /* no comment */")", "a = \"# // /* no comment */\"\n"},
      {R"(a = "")", "a = \"\"\n"},
  });
}

TEST(HclSyntax, heredocs_keep_their_lines_and_flush_ones_lose_the_common_margin) {
  expect_all({
      {"a = <<EOT\none\n  two\nEOT\n", "a = \"one\\n  two\\n\"\n"},
      {"a = <<EOT\nEOT\nb = 1\n", "a = \"\"\nb = 1\n"},
      {"a = <<-EOT\n    one\n\n      two\n    EOT\n", "a = \"one\\n\\n  two\\n\"\n"},
      {"a = <<-EOT\n\t\tone\n\ttwo\n  EOT", "a = \"\\u0009one\\ntwo\\n\"\n"},
      {"a = <<EOT\nno \\n escape \"here\" EOT\nEOTS\n  EOT\n",
       "a = \"no \\\\n escape \\\"here\\\" EOT\\nEOTS\\n\"\n"},
      {"a = <<EOT\n$${x} ${env.MODE}\nEOT\n", "a = \"$${x} replica\\n\"\n"},
      {"a = [<<EOT\nx\nEOT\n, 2]\n", "a = [\"x\\n\", 2]\n"},
  });
}

TEST(HclSyntax, lists_ignore_newlines_and_allow_a_trailing_comma) {
  expect_all({
      {"a = []\n", "a = []\n"},
      {"a = [1, \"x\", [true,],]\n", "a = [1, \"x\", [true]]\n"},
      {"a = [\n  1 # one\n  ,\n  2,\n\n]\n", "a = [1, 2]\n"},
      {"a = [,]\n", "error: a value is missing here"},
      {"a = [1,,2]\n", "error: a value is missing here"},
      {"a = [1 2]\n", "error: expected \",\" or \"]\" after this value of the list"},
  });
}

TEST(HclSyntax, objects_separate_by_comma_or_newline) {
  expect_all({
      {"a = {}\n", "a = {}\n"},
      {"a = { x = 1, \"y z\" : 2, 3 = null, }\n", "a = { \"x\" = 1, \"y z\" = 2, \"3\" = null }\n"},
      {"a = {\n  x = 1\n\n  y = [\n 2 ]\n}\n", "a = { \"x\" = 1, \"y\" = [2] }\n"},
      {"a = {\n  x = 1,\n  y = { z = 2 }\n}\n", "a = { \"x\" = 1, \"y\" = { \"z\" = 2 } }\n"},
      {"a = { x =\n 1 }\n", "error: a value is missing here"},
      {"a = { x 1 }\n", "error: expected \"=\" after a name of the object"},
  });
}

TEST(HclSyntax, blocks_have_any_number_of_labels_and_may_stand_on_one_line) {
  expect_all({
      {"a {\n}\n", "a {\n}\n"},
      {"a {}\n", "a {\n}\n"},
      {"a { x = 1 }\n", "a {\n  x = 1\n}\n"},
      {"a { x = [1,\n 2] }\n", "a {\n  x = [1, 2]\n}\n"},
      {"a \"b c\" d \"\" {\n  x = 1\n  e {\n  }\n}",
       "a \"b c\" \"d\" \"\" {\n  x = 1\n  e {\n  }\n}\n"},
      {"a { # remark\n  x = 1 // remark\n /* a\n b */ y = 2\n}\n", "a {\n  x = 1\n  y = 2\n}\n"},
      {"a \"${env.MODE}\" {\n}\n", "error: a label is a plain name or plain text in quotes"},
      {"a\n{\n}\n", "error: expected \"=\" and a value, or \"{\", after this name"},
  });
}

TEST(HclSyntax, a_newline_ends_an_attribute_but_a_block_comment_does_not) {
  expect_all({
      {"a = /* here\nit comes */ 1\n", "a = 1\n"},
      {"a = 1 b = 2\n", "error: expected the end of the line after the value"},
      {"a =\n1\n", "error: a value is missing here"},
      {"a = 1 # remark", "a = 1\n"},
  });
}

TEST(HclSyntax, the_environment_is_the_only_template) {
  expect_all({
      {"a = \"${env.MODE}\"\n", "a = \"replica\"\n"},
      {"a = \"x-${ env.MODE }-${env.PRIORITY}\"\n", "a = \"x-replica-42\"\n"},
      {"a = \"${env.NOTHING}\"\n", "error: the environment variable NOTHING is not set"},
      {"a = \"${env.}\"\n",
       "error: expressions are not supported in text: only ${env.NAME} is; write $${ for a literal "
       "\"${\""},
      {"a = \"${upper(\"}\")}\"\nb = 1 2\n",
       "error: expressions are not supported in text: only ${env.NAME} is; write $${ for a literal "
       "\"${\""},
  });
}

TEST(HclSyntax, every_text_ends_in_a_tree_within_the_limits) {
  const std::string large(kMaxTextSize + 1, '\n');
  EXPECT_EQ(canonical(large), "error: the text is larger than 1024 KiB");
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "a = {\n";
  EXPECT_TRUE(canonical(deep).starts_with("error: "));
  EXPECT_TRUE(canonical("a = " + std::string(500000, '[')).starts_with("error: "));
  EXPECT_TRUE(canonical("x" + std::string(500000, '{')).starts_with("error: "));
}

TEST(HclSyntax, places_count_characters_not_bytes) {
  Problems problems;
  const Body body = parse_hcl("ä = \"öü\" # ß\n  b \"x\" {\n  }\n", 3, nullptr, problems);
  ASSERT_FALSE(problems.any_error());
  EXPECT_EQ(body.attributes[0].value.place.at, (Position{3, 1, 5}));
  EXPECT_EQ(body.attributes[0].value.place.length, 4u);
  EXPECT_EQ(body.blocks[0].labels[0].place.at, (Position{3, 2, 5}));
}

}  // namespace
}  // namespace flywall::config
