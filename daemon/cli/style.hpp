// Colours, and columns that line up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flywall::cli {

class Style {
 public:
  explicit Style(bool color) : color_(color) {}

  std::string good(std::string_view text) const { return paint("32", text); }
  std::string bad(std::string_view text) const { return paint("31", text); }
  std::string warn(std::string_view text) const { return paint("33", text); }
  std::string strong(std::string_view text) const { return paint("1", text); }
  std::string faint(std::string_view text) const { return paint("2", text); }

 private:
  std::string paint(const char* code, std::string_view text) const {
    if (!color_) return std::string(text);
    return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
  }
  bool color_;
};

using Row = std::vector<std::string>;

// Columns as wide as their widest cell, two spaces apart; colour codes take no width. The first
// row is the heading.
std::string columns(const std::vector<Row>& rows, std::string_view indent, const Style& style);

}  // namespace flywall::cli
