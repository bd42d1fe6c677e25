#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/cli/render.hpp"

namespace flywall::cli {

namespace {

using Json = nlohmann::ordered_json;

// A word that no reader of YAML takes for a number, a boolean or a mark.
bool is_word(const std::string& text) {
  constexpr std::array<std::string_view, 10> kReserved{"true", "false", "null", "yes", "no",
                                                       "on",   "off",   "y",    "n",   "none"};
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !is_letter(text[0])) return false;
  std::string lower = text;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (std::ranges::find(kReserved, lower) != kReserved.end()) return false;
  return std::ranges::all_of(
      text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

// JSON's quoted strings are YAML's.
std::string scalar(const Json& value) {
  if (value.is_string() && is_word(value.get<std::string>())) return value.get<std::string>();
  if (value.is_structured()) return value.is_array() ? "[]" : "{}";
  return value.dump();
}

void write(const Json& value, std::size_t depth, std::string& out) {
  const std::string indent(depth * 2, ' ');
  const bool is_list = value.is_array();
  bool first_of_item = is_list ? false : !out.empty() && out.back() == ' ';
  for (const auto& item : value.items()) {
    out += first_of_item ? "" : indent;
    first_of_item = false;
    out += is_list ? "- " : item.key() + ":";
    const Json& child = item.value();
    if (!child.is_structured() || child.empty()) {
      out += (is_list ? "" : " ") + scalar(child) + "\n";
    } else {
      if (!is_list) out += '\n';
      write(child, depth + 1, out);
    }
  }
}

}  // namespace

std::string to_yaml(const Json& value) {
  if (!value.is_structured() || value.empty()) return scalar(value) + "\n";
  std::string out;
  write(value, 0, out);
  return out;
}

}  // namespace flywall::cli
