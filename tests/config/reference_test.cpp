// docs/configuration.md holds the table that the schema gives; FLYWALL_REWRITE_GOLDEN=1 renews it.
#include <gtest/gtest.h>

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
  for (const Setting& setting : section.settings) {
    const bool literal = setting.built() && !setting.standard.empty() &&
                         setting.standard.find(' ') == std::string_view::npos &&
                         setting.standard != "–" && setting.standard != "required";
    if (!literal || section.times == Times::any) continue;
    Problems problems;
    const Body body = parse_hcl("x = " + std::string(setting.standard), 0, nullptr, problems);
    auto value = check_value(setting.name, setting.type, body.attributes.at(0).value, problems);
    ASSERT_TRUE(value) << path << "." << setting.name;
    Config changed;
    setting.store(changed, std::move(*value));
    EXPECT_EQ(changed, Config{}) << path << "." << setting.name;
  }
  for (const Section& inner : section.sections)
    if (inner.built()) expect_defaults(inner, path + "." + std::string(inner.name));
}

TEST(Schema, states_the_defaults_that_a_config_has) { expect_defaults(schema(), ""); }

}  // namespace
}  // namespace flywall::config
