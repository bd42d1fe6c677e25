#include "daemon/config/hcl_template.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace flywall::config {

namespace {

// Reads pieces of text into `result`; one for each string.
class TextScanner {
 public:
  TextScanner(Cursor& cursor, const VariableLookup& variable, Problems& problems)
      : cursor_(cursor), variable_(variable), problems_(problems) {}

  ScannedText quoted();
  ScannedText heredoc();

 private:
  struct Line {
    std::string text;  // with its newline
    std::size_t indent = 0;
    bool blank = false;
  };

  void fail(Place place, std::string message) {
    problems_.error(place, std::move(message));
    result_.broken = true;
  }
  // `${`, `%{`, and their doubled, literal forms; else one character as it is.
  void piece(std::string& out);
  void interpolation(std::string& out);
  void skip_template();
  void escape();
  void unicode_escape(Position begin, std::size_t digits);
  Line heredoc_line();
  bool at_closing(const std::string& word) const;

  Cursor& cursor_;
  const VariableLookup& variable_;
  Problems& problems_;
  ScannedText result_;
};

void TextScanner::piece(std::string& out) {
  if (cursor_.sees("$${") || cursor_.sees("%%{")) {
    cursor_.take();
    out += cursor_.take();
    out += cursor_.take();
  } else if (cursor_.sees("${") || cursor_.sees("%{")) {
    interpolation(out);
  } else {
    out += cursor_.take();
  }
}

void TextScanner::interpolation(std::string& out) {
  const Position begin = cursor_.position();
  Cursor trial = cursor_;
  const auto blanks = [&] {
    while (trial.peek() == ' ' || trial.peek() == '\t') trial.take();
  };
  const bool dollar = trial.take_if("${");
  blanks();
  const bool env = dollar && trial.take_if("env.");
  const std::size_t offset = trial.offset();
  while (env && continues_identifier(trial.code_point())) trial.take();
  const std::string name(trial.since(offset));
  blanks();
  if (!env || name.empty() || !trial.take_if("}")) {
    skip_template();
    fail(cursor_.place_since(begin),
         dollar ? "expressions are not supported in text: only ${env.NAME} is; write $${ for a "
                  "literal \"${\""
                : "template directives (%{…}) are not supported; write %%{ for a literal \"%{\"");
    return;
  }
  cursor_ = trial;
  const auto value = variable_ ? variable_(name) : std::nullopt;
  if (!value)
    fail(cursor_.place_since(begin), "the environment variable " + name + " is not set");
  else if (value->size() > kMaxVariableSize)
    fail(cursor_.place_since(begin), "the environment variable " + name + " is too long");
  else
    out += *value;
  result_.from_environment = true;
}

// To the matching brace, past strings inside; not past the end of the line.
void TextScanner::skip_template() {
  std::size_t depth = 0;
  bool inside_string = false;
  while (!cursor_.done() && !cursor_.at_newline()) {
    const char c = cursor_.peek();
    cursor_.take();
    if (inside_string && c == '\\') {
      if (!cursor_.at_newline()) cursor_.take();
    } else if (c == '"') {
      inside_string = !inside_string;
    } else if (!inside_string && c == '{') {
      ++depth;
    } else if (!inside_string && c == '}' && --depth == 0) {
      return;
    }
  }
}

void TextScanner::unicode_escape(Position begin, std::size_t digits) {
  const std::size_t offset = cursor_.offset();
  while (cursor_.offset() - offset < digits &&
         std::isxdigit(static_cast<unsigned char>(cursor_.peek())))
    cursor_.take();
  const std::string_view hex = cursor_.since(offset);
  std::uint32_t value = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (hex.size() != digits)
    fail(cursor_.place_since(begin),
         "a Unicode escape is \\u and four or \\U and eight "
         "hexadecimal digits");
  else if (!is_scalar(value))
    fail(cursor_.place_since(begin), "this is no Unicode character");
  else
    append_utf8(result_.text, static_cast<char32_t>(value));
}

void TextScanner::escape() {
  const Position begin = cursor_.position();
  cursor_.take();
  const char c = cursor_.peek();
  static constexpr std::string_view kLetters = "nrt\"\\";
  static constexpr std::string_view kMeanings = "\n\r\t\"\\";
  if (const auto which = kLetters.find(c); c != '\0' && which != std::string_view::npos) {
    cursor_.take();
    result_.text += kMeanings[which];
  } else if (c == 'u' || c == 'U') {
    cursor_.take();
    unicode_escape(begin, c == 'u' ? 4 : 8);
  } else {
    if (!cursor_.done() && !cursor_.at_newline()) cursor_.take();
    fail(
        cursor_.place_since(begin),
        "this escape is unknown; there are \\n \\r \\t \\\" \\\\ \\uNNNN \\UNNNNNNNN, and \\\\ for "
        "a backslash");
  }
}

ScannedText TextScanner::quoted() {
  const Position begin = cursor_.position();
  cursor_.take();
  while (true) {
    if (cursor_.done() || cursor_.at_newline()) {
      fail({begin, 1}, "this text is not closed: '\"' is missing before the end of the line");
      break;
    }
    if (cursor_.take_if("\"")) break;
    if (cursor_.peek() == '\\')
      escape();
    else
      piece(result_.text);
  }
  return std::move(result_);
}

bool TextScanner::at_closing(const std::string& word) const {
  Cursor trial = cursor_;
  while (trial.peek() == ' ' || trial.peek() == '\t') trial.take();
  if (!trial.take_if(word)) return false;
  while (trial.peek() == ' ' || trial.peek() == '\t') trial.take();
  return trial.done() || trial.at_newline();
}

TextScanner::Line TextScanner::heredoc_line() {
  Line line;
  while (cursor_.peek() == ' ' || cursor_.peek() == '\t') {
    line.text += cursor_.take();
    ++line.indent;
  }
  line.blank = cursor_.done() || cursor_.at_newline();
  while (!cursor_.done() && !cursor_.at_newline()) piece(line.text);
  line.text += cursor_.take();
  return line;
}

ScannedText TextScanner::heredoc() {
  const Position begin = cursor_.position();
  cursor_.take(2);
  const bool flush = cursor_.take_if("-");
  const std::size_t offset = cursor_.offset();
  while (continues_identifier(cursor_.code_point())) cursor_.take();
  const std::string word(cursor_.since(offset));
  const Place opening = cursor_.place_since(begin);
  if (!cursor_.at_newline()) {
    fail(opening, "the text of a heredoc begins on the next line: nothing may follow <<" + word);
    while (!cursor_.done() && !cursor_.at_newline()) cursor_.take();
    return std::move(result_);
  }
  cursor_.take();
  std::vector<Line> lines;
  while (!cursor_.done() && !at_closing(word)) lines.push_back(heredoc_line());
  if (cursor_.done())
    fail(opening, "this heredoc is not closed: a line with only the word behind << is missing");
  while (!cursor_.done() && !cursor_.at_newline()) cursor_.take();

  std::size_t indent = std::numeric_limits<std::size_t>::max();
  for (const Line& line : lines)
    if (!line.blank) indent = std::min(indent, line.indent);
  for (Line& line : lines)
    result_.text += flush ? line.text.substr(std::min(indent, line.indent)) : line.text;
  return std::move(result_);
}

}  // namespace

ScannedText scan_quoted(Cursor& cursor, const VariableLookup& variable, Problems& problems) {
  return TextScanner(cursor, variable, problems).quoted();
}

ScannedText scan_heredoc(Cursor& cursor, const VariableLookup& variable, Problems& problems) {
  return TextScanner(cursor, variable, problems).heredoc();
}

}  // namespace flywall::config
