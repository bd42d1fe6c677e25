// hcl-configs/full.hcl and full.yaml name every row of the schema, and mean the same.
#include <gtest/gtest.h>

#include "daemon/config/binder.hpp"
#include "daemon/config/difference.hpp"
#include "daemon/config/schema.hpp"
#include "daemon/config/yaml.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

using Parse = Body (*)(std::string_view, std::uint32_t, const VariableLookup&, Problems&);

struct Full {
  Body tree;
  Bound bound;
  std::vector<Diagnostic> diagnostics;
};

Full full(const std::string& name, Parse parse) {
  Problems problems;
  Full result;
  result.tree = parse(file_text(kExamples + name), 0, nullptr, problems);
  result.bound = bind_trees(std::span(&result.tree, 1), {name}, "host-a", problems);
  result.diagnostics = problems.take();
  return result;
}

void expect_named(const Section& section, const Body& body, const std::string& path,
                  std::set<std::string>& named) {
  for (const Attribute& each : body.attributes) named.insert(path + each.name.text);
  for (const Block& each : body.blocks)
    for (const Section& inner : section.sections)
      if (inner.name == each.type.text)
        expect_named(inner, each.body, path + each.type.text + ".", named);
}

void rows(const Section& section, const std::string& path, std::set<std::string>& all) {
  for (const Setting& each : section.settings) all.insert(path + std::string(each.name));
  for (const Section& inner : section.sections)
    rows(inner, path + std::string(inner.name) + ".", all);
}

TEST(FullConfiguration, names_every_row_of_the_schema) {
  std::set<std::string> all, named;
  rows(schema(), "", all);
  expect_named(schema(), full("full.hcl", parse_hcl).tree, "", named);
  EXPECT_EQ(all, named);
}

TEST(FullConfiguration, is_good_but_for_what_is_not_built) {
  for (const Full& each : {full("full.hcl", parse_hcl), full("full.yaml", parse_yaml)})
    for (const Diagnostic& diagnostic : each.diagnostics)
      EXPECT_TRUE(diagnostic.severity == Severity::warning ||
                  diagnostic.message.find("not built yet") != std::string::npos)
          << diagnostic.place.at.line << ": " << diagnostic.message;
}

TEST(FullConfiguration, means_the_same_in_yaml) {
  const Full hcl = full("full.hcl", parse_hcl), yaml = full("full.yaml", parse_yaml);
  EXPECT_TRUE(hcl.bound.config == yaml.bound.config);
  EXPECT_EQ(hcl.diagnostics.size(), yaml.diagnostics.size());
  for (const auto& [path, place] : hcl.bound.places) EXPECT_TRUE(yaml.bound.place(path)) << path;
}

TEST(FullConfiguration, a_reload_keeps_exactly_what_needs_a_restart) {
  const Config running, wanted = full("full.hcl", parse_hcl).bound.config;
  const Config mixed = without_restarts(running, wanted);
  for (const Change& each : difference(running, mixed)) EXPECT_TRUE(each.live()) << each.path;
  for (const Change& each : difference(mixed, wanted)) EXPECT_FALSE(each.live()) << each.path;
}

TEST(FullConfiguration, differs_from_the_default_where_it_may) {
  const Config full_config = full("full.hcl", parse_hcl).bound.config;
  std::size_t changed = 0;
  for (const Section& top : schema().sections)
    for (const Setting& each : top.settings)
      if (each.access.show(full_config, 0) != each.access.show(Config{}, 0)) ++changed;
  EXPECT_GE(changed, 20u);
}

}  // namespace
}  // namespace flywall::config
