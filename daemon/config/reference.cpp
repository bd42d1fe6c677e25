#include "daemon/config/reference.hpp"

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
                     text == "required" || text == "learned";
  return prose ? cell(text) : "`" + std::string(text) + "`";
}

class Writer {
 public:
  std::string run() {
    section(schema(), "");
    std::string list = "\n### Known, not built yet\n\n";
    for (const std::string& name : not_built_) list += "- `" + name + "`\n";
    return out_ + list;
  }

 private:
  void section(const Section& section, const std::string& path) {
    if (!section.settings.empty()) {
      const std::string label =
          section.label.empty() ? "" : " \"" + std::string(section.label) + "\"";
      out_ += "\n### `" + path + label + " { … }`" +
              (section.times == Times::any ? ", any number" : "") + "\n\n" +
              std::string(section.meaning) +
              "\n\n| name | default | value | meaning |\n|---|---|---|---|\n";
    }
    for (const Setting& setting : section.settings) row(setting, path);
    for (const Section& inner : section.sections) {
      const std::string inner_path =
          path.empty() ? std::string(inner.name) : path + "." + std::string(inner.name);
      if (inner.built())
        this->section(inner, inner_path);
      else
        not_built_.push_back(inner_path + " { … }");
    }
  }
  void row(const Setting& setting, const std::string& path) {
    if (!setting.built()) {
      not_built_.push_back(path + "." + std::string(setting.name));
      return;
    }
    out_ += "| `" + std::string(setting.name) + "` | " + standard_cell(setting) + " | " +
            cell(expectation(setting.type)) + " | " + cell(setting.meaning) + " |\n";
  }

  std::string out_;
  std::vector<std::string> not_built_;
};

}  // namespace

std::string reference() { return Writer().run(); }

}  // namespace flywall::config
