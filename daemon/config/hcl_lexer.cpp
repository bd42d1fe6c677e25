#include "daemon/config/hcl_lexer.hpp"

#include <charconv>

#include "daemon/config/hcl_template.hpp"

namespace flywall::config {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  Lexer(std::string_view text, std::uint32_t source, const VariableLookup& variable,
        Problems& problems)
      : cursor_(text, source), variable_(variable), problems_(problems) {}

  std::vector<Token> run() {
    cursor_.skip_byte_order_mark();
    while (skip_blanks(), !cursor_.done()) next();
    add(TokenKind::end, cursor_.position());
    return std::move(tokens_);
  }

 private:
  Token& add(TokenKind kind, Position begin) {
    tokens_.push_back({.kind = kind, .place = cursor_.place_since(begin), .text = {}});
    return tokens_.back();
  }

  void skip_blanks() {
    while (true) {
      if (cursor_.peek() == ' ' || cursor_.peek() == '\t')
        cursor_.take();
      else if (cursor_.peek() == '#' || cursor_.sees("//"))
        while (!cursor_.done() && !cursor_.at_newline()) cursor_.take();
      else if (cursor_.sees("/*"))
        skip_block_comment();
      else
        return;
    }
  }

  void skip_block_comment() {
    const Position begin = cursor_.position();
    cursor_.take(2);
    while (!cursor_.done() && !cursor_.sees("*/")) cursor_.take();
    if (!cursor_.take_if("*/"))
      problems_.error({begin, 2}, "this comment is never closed: \"*/\" is missing");
  }

  void next() {
    const Position begin = cursor_.position();
    if (cursor_.at_newline()) {
      cursor_.take();
      add(TokenKind::newline, begin);
    } else if (starts_identifier(cursor_.code_point())) {
      identifier(begin);
    } else if (is_digit(cursor_.peek())) {
      number(begin);
    } else if (cursor_.peek() == '"') {
      scanned(begin, scan_quoted(cursor_, variable_, problems_));
    } else if (cursor_.sees("<<") && starts_heredoc()) {
      scanned(begin, scan_heredoc(cursor_, variable_, problems_));
      tokens_.back().heredoc = true;
    } else {
      sign(begin);
    }
  }

  bool starts_heredoc() const {
    const char next = cursor_.peek(cursor_.peek(2) == '-' ? 3 : 2);
    return next > 0 && starts_identifier(static_cast<char32_t>(next));
  }

  void scanned(Position begin, ScannedText scanned) {
    Token& token = add(TokenKind::text, begin);
    token.text = std::move(scanned.text);
    token.broken = scanned.broken;
    token.from_environment = scanned.from_environment;
  }

  void identifier(Position begin) {
    const std::size_t offset = cursor_.offset();
    while (continues_identifier(cursor_.code_point())) cursor_.take();
    const std::string_view name = cursor_.since(offset);
    add(TokenKind::identifier, begin).text = name;
  }

  void digits() {
    while (is_digit(cursor_.peek())) cursor_.take();
  }

  void number(Position begin) {
    const std::size_t offset = cursor_.offset();
    digits();
    if (cursor_.peek() == '.' && is_digit(cursor_.peek(1))) {
      cursor_.take();
      digits();
    }
    const bool exponent = cursor_.peek() == 'e' || cursor_.peek() == 'E';
    const bool sign = cursor_.peek(1) == '+' || cursor_.peek(1) == '-';
    if (exponent && is_digit(cursor_.peek(sign ? 2 : 1))) {
      cursor_.take(sign ? 2 : 1);
      digits();
    }
    const std::string_view written = cursor_.since(offset);
    double value = 0;
    const auto [end, error] =
        std::from_chars(written.data(), written.data() + written.size(), value);
    Token token{.kind = TokenKind::number, .place = {}, .text = {}, .number = value};
    if (continues_identifier(cursor_.code_point())) {
      while (continues_identifier(cursor_.code_point()) || cursor_.peek() == '.') cursor_.take();
      token.broken = true;
      problems_.error(cursor_.place_since(begin),
                      "a number ends before letters: put text and durations in quotes, as in "
                      "\"10ms\"");
    } else if (error != std::errc()) {
      token.broken = true;
      problems_.error(cursor_.place_since(begin), "this number is too large or too small");
    }
    token.place = cursor_.place_since(begin);
    tokens_.push_back(std::move(token));
  }

  void sign(Position begin) {
    static constexpr std::string_view kSingle = "{}[]()=,:-";
    static constexpr std::string_view kLong[] = {
        "...", "==", "!=", "<=", ">=", "&&", "||", "=>", "::", ".."};
    for (std::string_view word : kLong)
      if (cursor_.take_if(word)) {
        add(TokenKind::operation, begin);
        return;
      }
    if (const auto which = kSingle.find(cursor_.peek()); which != std::string_view::npos) {
      static constexpr TokenKind kKinds[] = {TokenKind::open_brace,   TokenKind::close_brace,
                                             TokenKind::open_bracket, TokenKind::close_bracket,
                                             TokenKind::open_paren,   TokenKind::close_paren,
                                             TokenKind::equals,       TokenKind::comma,
                                             TokenKind::colon,        TokenKind::minus};
      cursor_.take();
      add(kKinds[which], begin);
      return;
    }
    if (std::string_view("+*/%!<>?.~").find(cursor_.peek()) != std::string_view::npos) {
      cursor_.take();
      add(TokenKind::operation, begin);
      return;
    }
    stray(begin);
  }

  void stray(Position begin) {
    const char32_t c = cursor_.code_point();
    const bool quote = c == '\'' || c == '`' || (c >= 0x2018 && c <= 0x201F);
    if (quote) {  // the whole would-be string: one mistake, one message
      cursor_.take();
      while (!cursor_.done() && !cursor_.at_newline()) {
        const char32_t closing = cursor_.code_point();
        cursor_.take();
        if (closing == c || (c >= 0x2018 && closing >= 0x2018 && closing <= 0x201F)) break;
      }
    } else {
      cursor_.take();
    }
    const Token& token = add(TokenKind::stray, begin);
    problems_.error(token.place, quote      ? "text goes in straight double quotes: \"…\""
                                 : c == ';' ? "no semicolons: every setting has a line of its own"
                                 : c == '$'
                                     ? "expressions (${…}) are not supported; \"${env.NAME}\" "
                                       "in quotes is the one exception"
                                     : "this character has no meaning here");
  }

  Cursor cursor_;
  const VariableLookup& variable_;
  Problems& problems_;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text, std::uint32_t source,
                            const VariableLookup& variable, Problems& problems) {
  return Lexer(text, source, variable, problems).run();
}

}  // namespace flywall::config
