// docs/configuration.md holds the table that the schema gives; FLYWALL_REWRITE_GOLDEN=1 renews it.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/config/binder.hpp"
#include "daemon/config/examples.hpp"
#include "daemon/config/hcl.hpp"
#include "daemon/config/reference.hpp"
#include "daemon/config/schema.hpp"
#include "daemon/config/value.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

TEST(Reference, in_the_documentation_is_that_of_the_schema) {
  const std::string path = std::string(FLYWALL_SOURCE_DIR) + "/docs/configuration.md";
  static const std::string kMarker = "<!-- from here on written by tests/config: do not edit -->\n";
  const std::string document = file_text(path);
  const std::size_t marker = document.find(kMarker);
  ASSERT_NE(marker, std::string::npos);
  expect_golden(path, document.substr(0, marker) + kMarker + reference());
}

// The defaults that the documentation states are the ones that config.hpp has.
void expect_defaults(const Section& section, const std::string& path) {
  Config fresh;
  if (section.times == Times::any) section.row.open(fresh, "x");
  for (const Setting& setting : section.settings) {
    const bool literal = setting.standard.find(' ') == std::string_view::npos &&
                         setting.standard != "–" && setting.standard != "required" &&
                         setting.standard != "all" && setting.standard != "learned";
    if (!literal) continue;
    Problems problems;
    const Body body = parse_hcl("x = " + std::string(setting.standard), 0, nullptr, problems);
    auto value = check_value(setting.name, setting.type, body.attributes.at(0).value, problems);
    ASSERT_TRUE(value) << path << "." << setting.name;
    Config changed = fresh;
    setting.access.store(changed, 0, std::move(*value));
    EXPECT_EQ(changed, fresh) << path << "." << setting.name;
  }
  for (const Section& inner : section.sections)
    expect_defaults(inner, path + "." + std::string(inner.name));
}

TEST(Schema, states_the_defaults_that_a_config_has) { expect_defaults(schema(), ""); }

void expect_examples(const Section& section, const std::string& path, const std::string& before,
                     const std::string& after) {
  for (const Section& inner : section.sections) {
    const std::string here = (path.empty() ? "" : path + ".") + std::string(inner.name);
    const std::string example(example_of(here));
    EXPECT_TRUE(!example.empty() || here == "replication") << here;
    Problems problems;
    const Body tree = parse_hcl(before + example + after, 0, nullptr, problems);
    const Bound bound = bind_trees(std::span(&tree, 1), {"x"}, "host-a", problems);
    for (const Diagnostic& each : problems.take())
      for (const char* sign : {"unknown", "must be", "needs", "missing in"})
        EXPECT_EQ(each.message.find(sign), std::string::npos) << here << ": " << each.message;
    EXPECT_TRUE(example.empty() ||
                std::ranges::any_of(
                    bound.places, [&](const auto& place) { return place.first.starts_with(here); }))
        << here;
    const std::string opening = std::string(inner.name) + " {\n";
    if (!inner.sections.empty())
      expect_examples(inner, here,
                      before + opening + (here == "replication" ? "mode = \"primary\"\n" : ""),
                      "\n}\n" + after);
  }
}

TEST(Reference, has_an_example_of_each_block_that_binds) { expect_examples(schema(), "", "", ""); }

}  // namespace
}  // namespace flywall::config
