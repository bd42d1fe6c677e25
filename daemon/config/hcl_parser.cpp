#include "daemon/config/hcl_parser.hpp"

#include <utility>

#include "base/check.hpp"

namespace flywall::config {

namespace {

using enum TokenKind;

constexpr std::string_view kNoExpressions =
    "expressions (operators, calls, references, parentheses) are not supported: write the value "
    "itself";
constexpr std::string_view kNeedsQuotes =
    "a bare word is a reference, and references are not supported: put text in double quotes";
constexpr std::string_view kTooDeep = "blocks, lists and objects are nested too deeply here";

// One opening bracket whose closing one has not come yet.
using Brackets = std::vector<TokenKind>;

class Parser {
 public:
  Parser(std::span<const Token> tokens, Problems& problems) : tokens_(tokens), problems_(problems) {
    FLYWALL_CHECK(!tokens.empty() && tokens.back().kind == end);
  }

  Body run() {
    Body body;
    while (!sees(end)) {
      if (item_of(body, 1)) continue;
      problems_.error(here().place, "this \"}\" closes nothing");
      take();
    }
    body.end = here().place;
    return body;
  }

 private:
  const Token& here() const { return tokens_[next_]; }
  const Token& after() const { return tokens_[next_ + 1 < tokens_.size() ? next_ + 1 : next_]; }
  bool sees(TokenKind kind) const { return here().kind == kind; }
  const Token& take() {
    const Token& token = here();
    if (!sees(end)) ++next_;
    return token;
  }
  bool take_if(TokenKind kind) {
    if (!sees(kind)) return false;
    take();
    return true;
  }
  // What the lexer could not read it has reported.
  bool fail(std::string_view message) {
    if (!sees(stray)) problems_.error(here().place, std::string(message));
    return false;
  }

  bool item_of(Body& body, std::size_t depth);
  bool attribute(Body& body, const Token& name);
  bool block(Body& body, const Token& name, std::size_t depth);
  bool labels(Block& block);
  bool block_body(Block& block, const Token& opening, std::size_t depth);
  bool one_line_body(Block& block, const Token& opening, std::size_t depth);
  void lines_until_brace(Body& body, const Token& opening, std::size_t depth);
  bool end_of_item(std::string_view complaint);
  void recover(Body& body);
  bool starts_next_item() const;

  bool value(Value& out, std::size_t depth);
  bool word(Value& out);
  bool negative(Value& out);
  bool list(Value& out, std::size_t depth);
  bool object(Value& out, std::size_t depth);
  bool member(Object& object, std::size_t depth);
  bool no_operator_follows();

  std::span<const Token> tokens_;
  Problems& problems_;
  std::size_t next_ = 0;
  Brackets open_;  // of values and one-line blocks; what `recover` has to close
};

// One line or block. False at a closing brace, which is left alone.
bool Parser::item_of(Body& body, std::size_t depth) {
  while (take_if(newline)) continue;
  if (sees(close_brace)) return false;
  if (sees(end)) return true;
  bool good = false;
  if (!sees(identifier)) {
    good = fail(sees(text) ? "names of settings and blocks stand without quotes"
                           : "expected the name of a setting or of a block here");
  } else {
    const Token& name = take();
    if (take_if(equals))
      good = attribute(body, name);
    else if (sees(open_brace) || sees(text) || sees(identifier))
      good = block(body, name, depth);
    else
      good = fail(sees(colon) ? "a setting is written with \"=\", not with \":\""
                              : "expected \"=\" and a value, or \"{\", after this name");
  }
  if (!good) recover(body);
  return true;
}

bool Parser::attribute(Body& body, const Token& name) {
  Attribute& added = body.attributes.emplace_back();
  added.name = {name.text, name.place};
  added.value.place = here().place;
  if (value(added.value, 1) && no_operator_follows() &&
      end_of_item("expected the end of the line after the value"))
    return true;
  added.value.content = Broken{};
  return false;
}

// A closing brace may follow: whoever opened it decides whether it may stand on this line.
bool Parser::end_of_item(std::string_view complaint) {
  if (sees(close_brace) || sees(end) || take_if(newline)) return true;
  return fail(sees(comma) ? "no comma between settings: each has a line of its own" : complaint);
}

bool Parser::block(Body& body, const Token& name, std::size_t depth) {
  Block added;
  added.type = {name.text, name.place};
  if (!labels(added)) return false;
  const Token& opening = take();
  if (depth >= kMaxDepth) {
    open_.push_back(open_brace);
    return fail(kTooDeep);
  }
  const bool good = block_body(added, opening, depth);
  body.blocks.push_back(std::move(added));
  return good && end_of_item("expected the end of the line after \"}\"");
}

bool Parser::labels(Block& block) {
  while (sees(text) || sees(identifier)) {
    if (here().heredoc || here().from_environment)
      return fail("a label is a plain name or plain text in quotes");
    block.labels.push_back({here().text, here().place});
    take();
  }
  if (sees(open_brace)) return true;
  return fail(sees(equals) ? "a setting has one name before \"=\""
                           : "expected \"{\" after the name and labels of this block, or \"=\" "
                             "after the name of a setting");
}

bool Parser::block_body(Block& block, const Token& opening, std::size_t depth) {
  if (!sees(newline)) return one_line_body(block, opening, depth);
  lines_until_brace(block.body, opening, depth);
  return true;
}

void Parser::lines_until_brace(Body& body, const Token& opening, std::size_t depth) {
  while (!sees(end) && item_of(body, depth + 1)) continue;
  body.end = here().place;
  if (take_if(close_brace)) return;
  problems_.error(opening.place, "this block is not closed: a \"}\" is missing");
  body.damaged = true;
}

// name { } or name { setting = value }
bool Parser::one_line_body(Block& block, const Token& opening, std::size_t depth) {
  block.body.end = here().place;
  if (take_if(close_brace)) return true;
  bool good = false;
  if (sees(identifier) && after().kind == equals) {
    const Token& name = take();
    take();
    Attribute& added = block.body.attributes.emplace_back();
    added.name = {name.text, name.place};
    good = value(added.value, 1) && no_operator_follows();
    if (!good) added.value.content = Broken{};
  } else {
    fail("a block on one line holds at most one setting; give its contents lines of their own");
  }
  block.body.end = here().place;
  if (good && take_if(close_brace)) return true;
  if (good)
    fail(sees(newline) ? "expected \"}\": what follows \"{\" on its line is a block on one line; "
                         "begin the contents on the next line"
                       : "a block on one line holds one setting; give each a line of its own");
  recover(block.body);
  lines_until_brace(block.body, opening, depth);
  return true;
}

bool Parser::starts_next_item() const {
  return next_ > 0 && tokens_[next_ - 1].kind == newline && sees(identifier) &&
         after().kind == equals;
}

// Past what is broken: to the end of the line, or before the brace that closes the body.
void Parser::recover(Body& body) {
  body.damaged = true;
  Brackets open = std::exchange(open_, {});
  while (!sees(end)) {
    const bool in_list = !open.empty() && open.back() != open_brace;
    if (sees(newline) && open.empty()) break;
    if (in_list && starts_next_item()) break;
    if (sees(open_brace) || sees(open_bracket) || sees(open_paren)) {
      open.push_back(here().kind);
    } else if (sees(close_brace)) {
      while (!open.empty() && open.back() != open_brace) open.pop_back();
      if (open.empty()) break;
      open.pop_back();
    } else if ((sees(close_bracket) || sees(close_paren)) && in_list) {
      open.pop_back();
    }
    take();
  }
}

bool Parser::value(Value& out, std::size_t depth) {
  out.place = here().place;
  if (depth > kMaxDepth) return fail(kTooDeep);
  switch (here().kind) {
    case text:
      out.from_environment = here().from_environment;
      if (!here().broken) out.content = here().text;
      take();
      return true;
    case number:
      if (!here().broken) out.content = here().number;
      take();
      return true;
    case minus:
      return negative(out);
    case identifier:
      return word(out);
    case open_bracket:
      return list(out, depth);
    case open_brace:
      return object(out, depth);
    case newline:
    case end:
    case close_brace:
    case close_bracket:
    case comma:
      return fail("a value is missing here");
    case equals:
    case colon:
    case stray:
      return fail(
          "expected a value: text in quotes, a number, true, false, null, a list or an "
          "object");
    case open_paren:
    case close_paren:
    case operation:
      return fail(kNoExpressions);
  }
  return false;
}

bool Parser::word(Value& out) {
  const TokenKind follows = after().kind;
  const std::string& name = here().text;
  if (follows == open_paren) return fail("functions are not supported: write the value itself");
  if (name == "for" && !open_.empty()) return fail(kNoExpressions);
  if (name == "true" || name == "false")
    out.content = name == "true";
  else if (name == "null")
    out.content = Null{};
  else if (name == "env" && follows == operation)
    return fail("write an environment variable in quotes: \"${env.NAME}\"");
  else
    return fail(kNeedsQuotes);
  take();
  return true;
}

bool Parser::negative(Value& out) {
  if (after().kind != number) return fail(kNoExpressions);
  take();
  ++out.place.length;
  const Token& digits = take();
  out.place.length += digits.place.length - 1 + (digits.place.at.column - out.place.at.column - 1);
  if (!digits.broken) out.content = -digits.number;
  return true;
}

// Inside [ ] newlines are blanks.
bool Parser::list(Value& out, std::size_t depth) {
  const Place opening = take().place;
  open_.push_back(open_bracket);
  List values;
  while (true) {
    while (take_if(newline)) continue;
    if (take_if(close_bracket)) break;
    if (sees(end) || starts_next_item()) {
      problems_.error(opening, "this list is not closed: a \"]\" is missing");
      return false;
    }
    if (!value(values.emplace_back(), depth + 1) || !no_operator_follows()) return false;
    while (take_if(newline)) continue;
    if (take_if(comma) || sees(close_bracket) || sees(end) || starts_next_item()) continue;
    return fail("expected \",\" or \"]\" after this value of the list");
  }
  open_.pop_back();
  out.content = std::move(values);
  return true;
}

// Inside { } a newline separates, as a comma does.
bool Parser::object(Value& out, std::size_t depth) {
  const Place opening = take().place;
  open_.push_back(open_brace);
  Object members;
  while (true) {
    while (take_if(newline)) continue;
    if (take_if(close_brace)) break;
    if (sees(end)) {
      problems_.error(opening, "this object is not closed: a \"}\" is missing");
      return false;
    }
    if (!member(members, depth)) return false;
    if (take_if(comma) || take_if(newline) || sees(close_brace) || sees(end)) continue;
    return fail("expected \",\", a new line or \"}\" after this value of the object");
  }
  open_.pop_back();
  out.content = std::move(members);
  return true;
}

bool Parser::member(Object& object, std::size_t depth) {
  const bool named = sees(identifier) || sees(text) || sees(number);
  const bool loop = sees(identifier) && here().text == "for" && after().kind == identifier;
  if (!named) return fail("expected a name of the object here");
  if (loop) return fail(kNoExpressions);
  if (here().broken) return false;
  Member& added = object.emplace_back();
  added.key.place = here().place;
  added.key.text = sees(number) ? number_text(here().number) : here().text;
  take();
  if (!take_if(equals) && !take_if(colon)) return fail("expected \"=\" after a name of the object");
  return value(added.value, depth + 1) && no_operator_follows();
}

bool Parser::no_operator_follows() {
  const bool operates =
      sees(operation) || sees(minus) || sees(open_paren) || sees(open_bracket) || sees(close_paren);
  return operates ? fail(kNoExpressions) : true;
}

}  // namespace

Body parse_tokens(std::span<const Token> tokens, Problems& problems) {
  return Parser(tokens, problems).run();
}

}  // namespace flywall::config
