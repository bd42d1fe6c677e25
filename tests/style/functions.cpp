#include "tests/style/functions.hpp"

#include <algorithm>
#include <regex>

namespace flywall::style {
namespace {

struct Block {
  std::string head;
  std::size_t first_line;
};

bool is_function(const std::string& head) {
  static const std::regex control(
      R"(^\s*(if|for|while|switch|else|do|catch|try|namespace|class|struct|enum|union)\b.*)");
  static const std::regex function(
      R"(.*\)\s*(const|noexcept|override|final|mutable|constexpr|&|&&|\s|->[^;]*)*)");
  static const std::regex constructor(R"(.*\)\s*:\s.*)");
  if (std::regex_match(head, control)) return false;
  return std::regex_match(head, function) || std::regex_match(head, constructor);
}

std::string on_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? std::string{} : text.substr(first);
}

}  // namespace

std::vector<Function> functions_in(std::string_view code) {
  std::vector<Function> found;
  std::vector<Block> open;
  std::string head;
  std::size_t line = 1;
  for (const char c : code) {
    if (c == '\n') ++line;
    if (c == '{') {
      open.push_back({on_one_line(head), line});
      head.clear();
    } else if (c == '}' && !open.empty()) {
      if (is_function(open.back().head)) {
        found.push_back(
            {open.back().head, open.back().first_line, line - open.back().first_line + 1});
      }
      open.pop_back();
      head.clear();
    } else if (c == ';') {
      head.clear();
    } else {
      head += c;
    }
  }
  return found;
}

}  // namespace flywall::style
