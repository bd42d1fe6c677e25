#include "daemon/config/yaml.hpp"

#include "daemon/config/schema.hpp"
#include "daemon/config/yaml_values.hpp"

namespace flywall::config {

namespace {

const Section* section_named(const Section* parent, std::string_view name) {
  if (parent)
    for (const Section& each : parent->sections)
      if (each.name == name) return &each;
  return nullptr;
}

bool is_setting(const Section* parent, std::string_view name) {
  if (parent)
    for (const Setting& each : parent->settings)
      if (each.name == name) return true;
  return false;
}

class Converter {
 public:
  explicit Converter(Problems& problems) : problems_(problems) {}

  // `section` is null below a name that the schema does not know.
  Body body(Object&& members, const Section* section) {
    Body result;
    for (Member& member : members) {
      result.end = member.value.place;
      const Section* inner = section_named(section, member.key.text);
      const bool is_object = std::holds_alternative<Object>(member.value.content);
      if (inner)
        blocks(result, std::move(member), *inner);
      else if (is_object && !is_setting(section, member.key.text))
        block(result, member.key, {}, std::move(member.value), nullptr);
      else
        result.attributes.push_back({std::move(member.key), std::move(member.value)});
    }
    return result;
  }

 private:
  void blocks(Body& into, Member&& member, const Section& section) {
    auto* list = std::get_if<List>(&member.value.content);
    auto* object = std::get_if<Object>(&member.value.content);
    if (std::holds_alternative<Broken>(member.value.content)) {
      into.damaged = true;
    } else if (!section.label.empty() && object) {
      for (Member& each : *object)
        block(into, member.key, {each.key}, std::move(each.value), &section);
    } else if (section.label.empty() && section.times == Times::any && list) {
      for (Value& each : *list) block(into, member.key, {}, std::move(each), &section);
    } else if (section.label.empty()) {
      block(into, member.key, {}, std::move(member.value), &section);
    } else if (!std::holds_alternative<Null>(member.value.content)) {
      into.damaged = true;
      problems_.error(member.value.place, "\"" + member.key.text + "\" needs a mapping from each " +
                                              std::string(section.label) + " to its settings");
    }
  }

  void block(Body& into, const Name& type, std::vector<Name> labels, Value&& value,
             const Section* section) {
    Block added{type, std::move(labels), {}};
    added.body.end = value.place;
    if (auto* object = std::get_if<Object>(&value.content)) {
      added.body = body(std::move(*object), section);
    } else if (std::holds_alternative<Broken>(value.content)) {
      into.damaged = true;
      return;
    } else if (!std::holds_alternative<Null>(value.content)) {
      into.damaged = true;
      problems_.error(value.place, "\"" + type.text +
                                       "\" is a block: its settings stand below it, " +
                                       "indented, and this is " + std::string(kind_of(value)));
      return;
    }
    // Items of one list share the name of the list: each is found at its own first setting.
    if (added.labels.empty() && section && section->times == Times::any)
      added.type.place = value.place;
    into.blocks.push_back(std::move(added));
  }

  Problems& problems_;
};

}  // namespace

bool is_yaml(std::string_view file_name) {
  return file_name.ends_with(".yaml") || file_name.ends_with(".yml");
}

Body parse_yaml(std::string_view text, std::uint32_t source, const VariableLookup& variable,
                Problems& problems) {
  Body unread;
  unread.damaged = true;
  unread.end = {{.source = source}, 0};
  if (!is_good_text(text, source, problems)) return unread;
  Value root = parse_yaml_value(text, source, variable, problems);
  if (std::holds_alternative<Broken>(root.content)) return unread;
  if (std::holds_alternative<Null>(root.content)) return Body{.end = {{source, 1, 1}, 1}};
  if (auto* object = std::get_if<Object>(&root.content))
    return Converter(problems).body(std::move(*object), &schema());
  problems.error(root.place,
                 "a configuration is a mapping, and this is " + std::string(kind_of(root)));
  return unread;
}

}  // namespace flywall::config
