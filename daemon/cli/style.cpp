#include "daemon/cli/style.hpp"

#include <algorithm>

namespace flywall::cli {

namespace {

// Characters on the screen: no escape sequences, and one per UTF-8 code point.
std::size_t width(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {
      i = std::min(text.find('m', i), text.size());
      continue;
    }
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) ++count;
  }
  return count;
}

}  // namespace

std::string columns(const std::vector<Row>& rows, std::string_view indent, const Style& style) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    text += indent;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      text += r == 0 ? style.faint(rows[r][i]) : rows[r][i];
      if (i + 1 < rows[r].size()) text.append(widths[i] - width(rows[r][i]) + 2, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace flywall::cli
