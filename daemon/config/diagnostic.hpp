// What is wrong with a configuration, where, and what to do about it.
//
// Knows source texts and positions in them; knows no syntax. Secrets: a Source decides at its
// making which stretches of its text are never shown (mask.hpp), so a rendered line cannot leak
// what a diagnostic happens to point at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

// A stretch of a line: where something is written and how many characters it takes there.
struct Place {
  Position at;
  std::uint32_t length = 1;
};

enum class Severity : std::uint8_t { warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  Place place;
  std::string message;  // a sentence or two, without position; holds no secret
};

// Bytes [begin, end) of a text that are never shown.
struct Hidden {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// One configuration text, its name, and what of it stays unseen.
class Source {
 public:
  Source(std::string name, std::string text);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  const std::vector<Hidden>& hidden() const { return hidden_; }

 private:
  std::string name_;  // a path, as the user gave it
  std::string text_;
  std::vector<Hidden> hidden_;
};

using Sources = std::vector<Source>;

// Collects diagnostics up to a limit; what comes after is dropped and said to be dropped.
class Problems {
 public:
  static constexpr std::size_t kMaxErrors = 50;
  static constexpr std::size_t kMaxWarnings = 50;

  void error(Place place, std::string message);
  void warn(Place place, std::string message);
  // No further error will be kept: whoever makes costly messages may spare them.
  bool full() const { return errors_ >= kMaxErrors; }
  bool any_error() const { return errors_ > 0; }

  // All of them in the order of the text.
  std::vector<Diagnostic> take() { return std::move(found_); }

 private:
  void add(Diagnostic diagnostic);

  std::vector<Diagnostic> found_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

// "FILE:LINE:COLUMN: error: MESSAGE", the source line with secrets masked, and a caret. Ends with a
// newline. `color` adds terminal colours.
std::string render(const Diagnostic& diagnostic, const Sources& sources, bool color = false);

}  // namespace flywall::config
