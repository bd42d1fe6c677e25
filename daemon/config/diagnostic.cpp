#include "daemon/config/diagnostic.hpp"

#include <algorithm>

#include "daemon/config/mask.hpp"
#include "daemon/config/utf8.hpp"
#include "daemon/config/yaml.hpp"

namespace flywall::config {

namespace {

constexpr std::size_t kMaxShown = 160;  // characters of a source line

struct Colours {
  std::string_view strong, error, warning, caret, off;
};
constexpr Colours kPlain{};
constexpr Colours kTerminal{"\033[1m", "\033[1;31m", "\033[1;33m", "\033[32m", "\033[0m"};

// A source line as it may be shown, and where the characters of the original went.
struct ShownLine {
  std::string text;
  std::vector<std::size_t> columns;  // of the original's characters, and one behind the last
};

// The bytes of line `number`, counted from 1.
std::pair<std::size_t, std::size_t> line_bounds(std::string_view text, std::uint32_t number) {
  std::size_t begin = 0;
  for (std::uint32_t i = 1; i < number && begin < text.size(); ++i) {
    const std::size_t newline = text.find('\n', begin);
    begin = newline == std::string_view::npos ? text.size() : newline + 1;
  }
  std::size_t end = std::min(text.find('\n', begin), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  return {begin, end};
}

ShownLine shown_line(const Source& source, std::uint32_t number) {
  const std::string_view text = source.text();
  const auto [begin, end] = line_bounds(text, number);
  const auto& hidden = source.hidden();
  auto stretch = std::ranges::upper_bound(hidden, begin, {}, &Hidden::end);
  ShownLine line;
  std::size_t width = 0;
  bool masked = false;
  for (std::size_t at = begin; at < end;) {
    while (stretch != hidden.end() && stretch->end <= at) ++stretch;
    const bool hide = stretch != hidden.end() && stretch->begin <= at;
    const auto next = decode_utf8(text.substr(at, end - at));
    line.columns.push_back(hide && masked ? width - kMask.size() : width);
    if (hide && !masked) {
      line.text += kMask;
      width += kMask.size();
    } else if (!hide) {
      const bool printable = next && next->value >= 0x20 && next->value != 0x7F &&
                             (next->value < 0x80 || next->value >= 0xA0);
      line.text += !printable ? " " : text.substr(at, next->size);
      ++width;
    }
    masked = hide;
    at += next ? next->size : 1;
  }
  line.columns.push_back(width);
  return line;
}

// Both lines under the message: the source line and the caret.
std::string excerpt(const Diagnostic& diagnostic, const Source& source, const Colours& colours) {
  ShownLine line = shown_line(source, diagnostic.place.at.line);
  const auto column_of = [&](std::size_t column) {
    return line.columns[std::min(column, line.columns.size() - 1)];
  };
  const std::size_t first = diagnostic.place.at.column - 1;
  const std::size_t from = column_of(first);
  const std::size_t last = first + std::max<std::uint32_t>(diagnostic.place.length, 1);
  const std::size_t to = std::max(column_of(last), from + 1);
  if (to > kMaxShown) line.text.clear();
  std::string margin = "    ";
  std::string out = margin + line.text + "\n";
  if (line.text.empty()) return "";
  return out + margin + std::string(from, ' ') + std::string(colours.caret) + "^" +
         std::string(to - from - 1, '~') + std::string(colours.off) + "\n";
}

}  // namespace

Source::Source(std::string name, std::string text)
    : name_(std::move(name)),
      text_(std::move(text)),
      hidden_(is_yaml(name_) ? hidden_in_yaml(text_) : hidden_stretches(text_)) {}

std::string render(const Diagnostic& diagnostic, const Sources& sources, bool color) {
  const Colours& colours = color ? kTerminal : kPlain;
  const Position& at = diagnostic.place.at;
  const bool known = at.source < sources.size();
  std::string out(colours.strong);
  out += known ? sources[at.source].name() : "configuration";
  if (at.line > 0) out += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  out += ": ";
  out += colours.off;
  const bool error = diagnostic.severity == Severity::error;
  out += error ? colours.error : colours.warning;
  out += error ? "error" : "warning";
  out += colours.off;
  out += ": " + diagnostic.message + "\n";
  if (known && at.line > 0) out += excerpt(diagnostic, sources[at.source], colours);
  return out;
}

}  // namespace flywall::config
