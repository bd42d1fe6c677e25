#include "daemon/config/effective.hpp"

#include "daemon/config/hcl.hpp"
#include "daemon/config/schema.hpp"
#include "daemon/config/value.hpp"

namespace flywall::config {

namespace {

// Its written form would not be taken: a word that is refused, a secret that a file gave.
bool is_unwritable(const Setting& setting, const Value& value, bool standard) {
  if (setting.type.kind == Kind::secret) return standard;
  const auto* word = std::get_if<std::string>(&value.content);
  if (setting.type.kind != Kind::choice || !word) return false;
  for (const Choice& choice : setting.type.choices)
    if (choice.word == *word) return !choice.built;
  return false;
}

Value value_of(const Setting& setting, const Config& config, std::size_t index) {
  const auto shown = setting.access.show(config, index);
  Value nothing;
  nothing.content = Null{};
  return shown ? written_value(setting.type, *shown) : nothing;
}

class Renderer {
 public:
  Renderer(const Config& config, const Origins& origins) : config_(config), origins_(origins) {}

  std::string run() {
    for (const Section& each : schema().sections) section(each, "", 0);
    return std::move(out_);
  }

 private:
  void line(std::size_t depth, const std::string& text) {
    out_ += std::string(2 * depth, ' ') + text + "\n";
  }
  void section(const Section& section, const std::string& path, std::size_t depth);
  void block(const Section& section, const std::string& path, std::size_t depth, std::size_t index);

  const Config& config_;
  const Origins& origins_;
  std::string out_;
};

void Renderer::section(const Section& section, const std::string& path, std::size_t depth) {
  const std::string inner = joined(path, section.name);
  const std::string name(section.name);
  if (section.times == Times::any) {
    for (std::size_t i = 0; i < section.row.count(config_); ++i) {
      Value label;
      label.content = section.row.key(config_, i);
      line(depth, name + (section.label.empty() ? "" : " " + print_value(label)) + " {");
      block(section, inner + "[" + std::to_string(i) + "]", depth, i);
    }
  } else if (section.state == State::refused) {
    line(depth, "# " + name + ": not built yet");
  } else {
    line(depth, name + " {");
    block(section, inner, depth, 0);
  }
}

void Renderer::block(const Section& section, const std::string& path, std::size_t depth,
                     std::size_t index) {
  for (const Setting& setting : section.settings) {
    const Value value = value_of(setting, config_, index);
    const std::string here = joined(path, setting.name);
    const bool comment = is_unwritable(setting, value, !origins_.contains(here));
    line(depth + 1, (comment ? "# " : "") + std::string(setting.name) + " = " + print_value(value) +
                        "  # " + origin_text(origins_, here));
  }
  for (const Section& inner : section.sections) this->section(inner, path, depth + 1);
  line(depth, "}");
}

void collect(const Section& section, const std::string& path, const Config& config,
             std::size_t index, const Origins& origins, std::vector<EffectiveValue>& out) {
  for (const Setting& setting : section.settings) {
    const std::string here = joined(path, setting.name);
    out.push_back(
        {here, print_value(value_of(setting, config, index)), origin_text(origins, here)});
  }
  for (const Section& inner : section.sections) {
    const std::string here = joined(path, inner.name);
    if (inner.times == Times::once) collect(inner, here, config, 0, origins, out);
    const std::size_t count = inner.times == Times::any ? inner.row.count(config) : 0;
    for (std::size_t i = 0; i < count; ++i)
      collect(inner, here + "[" + std::to_string(i) + "]", config, i, origins, out);
  }
}

}  // namespace

std::string origin_text(const Origins& origins, std::string_view path) {
  const auto found = origins.find(path);
  if (found == origins.end()) return "default";
  switch (found->second.kind) {
    case OriginKind::standard:
      return "default";
    case OriginKind::derived:
      return "derived (" + found->second.place + ")";
    case OriginKind::file:
      return found->second.place;
    case OriginKind::environment:
      return "environment (" + found->second.place + ")";
    case OriginKind::command_line:
      return "command line";
  }
  return {};
}

std::string render_effective(const Config& config, const Origins& origins) {
  return Renderer(config, origins).run();
}

std::vector<EffectiveValue> effective_values(const Config& config, const Origins& origins) {
  std::vector<EffectiveValue> out;
  collect(schema(), "", config, 0, origins, out);
  return out;
}

}  // namespace flywall::config
