// print_hcl and parse_hcl are each other's inverse, on generated trees.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "daemon/config/hcl.hpp"
#include "daemon/config/utf8.hpp"

namespace flywall::config {
namespace {

rc::Gen<std::string> any_text() {
  // Weighted towards what has a meaning in HCL.
  const auto character = rc::gen::weightedOneOf<char32_t>(
      {{4, rc::gen::elementOf(std::u32string(U"${}%\"\\\n\r\t#/*<=[],: "))},
       {3, rc::gen::inRange<char32_t>(1, 0x250)},
       {1, rc::gen::inRange<char32_t>(0x10000, 0x10FFFF)}});
  return rc::gen::map(rc::gen::container<std::u32string>(character),
                      [](const std::u32string& text) {
                        std::string out;
                        for (char32_t c : text) append_utf8(out, c);
                        return out;
                      });
}

rc::Gen<std::string> any_name() {
  const auto rest =
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcXYZ_0189-")));
  return rc::gen::map(rest, [](const std::string& text) { return "n" + text; });
}

Value value_of(Value::Content content) {
  Value value;
  value.content = std::move(content);
  return value;
}

rc::Gen<Value> any_value(int depth) {
  const auto leaf = rc::gen::oneOf(
      rc::gen::just(value_of(Null{})), rc::gen::map(rc::gen::arbitrary<bool>(), value_of),
      rc::gen::map(rc::gen::arbitrary<double>(), value_of),
      rc::gen::map(rc::gen::arbitrary<int>(),
                   [](int whole) { return value_of(static_cast<double>(whole)); }),
      rc::gen::map(any_text(), value_of));
  if (depth == 0) return leaf;
  const auto list = rc::gen::map(rc::gen::container<List>(any_value(depth - 1)), value_of);
  const auto member = rc::gen::map(rc::gen::pair(any_text(), any_value(depth - 1)),
                                   [](const std::pair<std::string, Value>& pair) {
                                     return Member{{pair.first, {}}, pair.second};
                                   });
  const auto object = rc::gen::map(rc::gen::container<Object>(member), value_of);
  return rc::gen::weightedOneOf<Value>({{3, leaf}, {1, list}, {1, object}});
}

rc::Gen<Body> any_body(int depth) {
  const auto attribute = rc::gen::map(rc::gen::pair(any_name(), any_value(2)),
                                      [](const std::pair<std::string, Value>& pair) {
                                        return Attribute{{pair.first, {}}, pair.second};
                                      });
  const auto attributes = rc::gen::container<std::vector<Attribute>>(attribute);
  if (depth == 0)
    return rc::gen::map(attributes, [](std::vector<Attribute> list) {
      Body body;
      body.attributes = std::move(list);
      return body;
    });
  const auto block = rc::gen::apply(
      [](std::string type, const std::vector<std::string>& labels, Body body) {
        Block made{{std::move(type), {}}, {}, std::move(body)};
        for (const std::string& label : labels) made.labels.push_back({label, {}});
        return made;
      },
      any_name(), rc::gen::container<std::vector<std::string>>(any_text()), any_body(depth - 1));
  return rc::gen::apply(
      [](std::vector<Attribute> list, std::vector<Block> blocks) {
        Body body;
        body.attributes = std::move(list);
        body.blocks = std::move(blocks);
        return body;
      },
      attributes, rc::gen::resize(4, rc::gen::container<std::vector<Block>>(block)));
}

bool same(const Value& a, const Value& b);

bool same(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Value& x, const Value& y) { return same(x, y); });
}
bool same(const Object& a, const Object& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Member& x, const Member& y) {
    return x.key.text == y.key.text && same(x.value, y.value);
  });
}

bool same(const Value& a, const Value& b) {
  if (a.content.index() != b.content.index()) return false;
  if (const auto* list = std::get_if<List>(&a.content))
    return same(*list, std::get<List>(b.content));
  if (const auto* object = std::get_if<Object>(&a.content))
    return same(*object, std::get<Object>(b.content));
  if (const auto* number = std::get_if<double>(&a.content))
    return *number == std::get<double>(b.content);
  if (const auto* text = std::get_if<std::string>(&a.content))
    return *text == std::get<std::string>(b.content);
  if (const auto* flag = std::get_if<bool>(&a.content)) return *flag == std::get<bool>(b.content);
  return true;
}

bool same(const Body& a, const Body& b) {
  const auto attributes = [](const Attribute& x, const Attribute& y) {
    return x.name.text == y.name.text && same(x.value, y.value);
  };
  const auto labels = [](const Name& x, const Name& y) { return x.text == y.text; };
  const auto blocks = [&](const Block& x, const Block& y) {
    return x.type.text == y.type.text && same(x.body, y.body) &&
           std::equal(x.labels.begin(), x.labels.end(), y.labels.begin(), y.labels.end(), labels);
  };
  return std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(),
                    b.attributes.end(), attributes) &&
         std::equal(a.blocks.begin(), a.blocks.end(), b.blocks.begin(), b.blocks.end(), blocks);
}

RC_GTEST_PROP(HclRoundTrip, parsing_what_was_printed_gives_the_tree_again, ()) {
  const Body body = *rc::gen::resize(12, any_body(2));
  const std::string text = print_hcl(body);
  Problems problems;
  const Body again = parse_hcl(text, 0, nullptr, problems);
  RC_LOG() << text;
  RC_ASSERT(!problems.any_error());
  RC_ASSERT(same(body, again));
  RC_ASSERT(print_hcl(again) == text);
}

RC_GTEST_PROP(HclRoundTrip, any_text_ends_in_a_tree_or_in_a_diagnostic, ()) {
  Problems problems;
  const std::string text = *any_text();
  const Body body = parse_hcl(text, 0, nullptr, problems);
  Source source("x", text);
  for (const Diagnostic& each : problems.take()) RC_ASSERT(!render(each, {source}).empty());
}

}  // namespace
}  // namespace flywall::config
