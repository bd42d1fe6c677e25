#include "daemon/config/reference.hpp"

#include "daemon/config/examples.hpp"
#include "daemon/config/schema.hpp"

namespace flywall::config {

namespace {

std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

// Values stand as code; explanations as prose.
std::string standard_cell(const Setting& setting) {
  const std::string_view text = setting.standard;
  const bool prose = text == "–" || text.find(' ') != std::string_view::npos ||
                     text == "required" || text == "learned" || text == "all";
  return prose ? cell(text) : "`" + std::string(text) + "`";
}

std::string_view outcome_of(State state) {
  switch (state) {
    case State::built:
      return "";
    case State::accepted:
      return "no effect in this version";
    case State::refused:
      return "not built yet: refused";
  }
  return "";
}

std::string sentence(std::string_view text) { return text.empty() ? "" : ": " + std::string(text); }

class ReferenceWriter {
 public:
  std::string run() {
    section(schema(), "");
    return std::move(out_);
  }

 private:
  void section(const Section& section, const std::string& path) {
    if (!section.settings.empty()) heading(section, path);
    for (const Setting& setting : section.settings) row(setting);
    for (const Section& inner : section.sections)
      this->section(inner, (path.empty() ? "" : path + ".") + std::string(inner.name));
  }
  void heading(const Section& section, const std::string& path) {
    const std::string label =
        section.label.empty() ? "" : " \"" + std::string(section.label) + "\"";
    out_ += "\n### `" + path + label + " { … }`" +
            (section.times == Times::any ? ", any number" : "") + "\n\n" +
            std::string(section.meaning) + "\n";
    if (section.state != State::built)
      out_ +=
          "\n**" + std::string(outcome_of(section.state)) + "**" + sentence(section.note) + "\n";
    if (const auto example = example_of(path); !example.empty())
      out_ += "\n```hcl\n" + std::string(example) + "\n```\n";
    out_ += "\n| name | default | value | meaning | a reload |\n|---|---|---|---|---|\n";
  }
  void row(const Setting& setting) {
    std::string meaning(setting.meaning);
    for (const Choice& choice : setting.type.choices)
      if (!choice.built)
        meaning +=
            "; `" + std::string(choice.word) + "` is not built yet" + sentence(choice.advice);
    if (setting.state != State::built)
      meaning += " (" + std::string(outcome_of(setting.state)) + sentence(setting.note) + ")";
    out_ += "| `" + std::string(setting.name) + "` | " + standard_cell(setting) + " | " +
            cell(expectation(setting.type)) + " | " + cell(meaning) + " | " +
            (setting.restart.empty() ? "applies it" : "needs a restart: " + cell(setting.restart)) +
            " |\n";
  }

  std::string out_;
};

}  // namespace

std::string reference() { return ReferenceWriter().run(); }

}  // namespace flywall::config
