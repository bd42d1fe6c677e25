// What is wrong with a configuration, where, and what to do about it.
//
// Knows source texts and positions in them; knows no syntax and no setting. Secrets: a source
// remembers which stretches hold the value of a secret; a rendered line never shows those.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flywall::config {

// A place in a source text; line and column count from 1, columns in characters (UTF-8). Line 0:
// the file as a whole.
struct Position {
  std::uint32_t source = 0;  // index into Sources
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  auto operator<=>(const Position&) const = default;
};

enum class Severity : std::uint8_t { warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  Position at;
  std::uint32_t length = 1;  // characters to underline, within the line
  std::string message;       // a sentence or two, without position; holds no secret
};

// One configuration text and its name.
struct Source {
  std::string name;  // a path, as the user gave it
  std::string text;
};

using Sources = std::vector<Source>;

// "FILE:LINE:COLUMN: error: MESSAGE", the source line with secrets masked, and a caret. Ends with a
// newline. `color` adds terminal colours.
std::string render(const Diagnostic& diagnostic, const Sources& sources, bool color = false);

}  // namespace flywall::config
