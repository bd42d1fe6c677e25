// HCL2 text into tokens. Reports what is wrong inside a token (strings, numbers, stray characters)
// itself; the parser reports what is wrong between tokens.
//
// Strings arrive decoded. `${env.NAME}` is replaced here; every other `${…}` and `%{…}` is refused
// (expressions are no part of this configuration). Newlines are tokens; comments are not, and a
// comment to the end of the line leaves its newline.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/hcl.hpp"

namespace flywall::config {

enum class TokenKind : std::uint8_t {
  identifier,
  number,
  text,
  newline,
  open_brace,
  close_brace,
  open_bracket,
  close_bracket,
  open_paren,
  close_paren,
  equals,
  comma,
  colon,
  minus,
  operation,  // every other operator of HCL's expressions
  stray,      // reported by the lexer
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  Place place;
  std::string text;  // an identifier, or a decoded string
  double number = 0;
  bool broken = false;            // reported already: has no value
  bool from_environment = false;  // a string with ${env.NAME} in it
  bool heredoc = false;
};

// Ends with an `end` token. Precondition: `text` is valid UTF-8.
std::vector<Token> tokenize(std::string_view text, std::uint32_t source,
                            const VariableLookup& variable, Problems& problems);

}  // namespace flywall::config
