#include "daemon/config/hcl.hpp"

#include "daemon/config/cursor.hpp"
#include "daemon/config/hcl_lexer.hpp"
#include "daemon/config/hcl_parser.hpp"

namespace flywall::config {

namespace {

// The first byte that is no text, reported; true when there is none.
bool is_text(std::string_view text, std::uint32_t source, Problems& problems) {
  Cursor cursor(text, source);
  while (!cursor.done()) {
    const auto next = decode_utf8(text.substr(cursor.offset()));
    if (!next || next->value == 0) {
      problems.error({cursor.position(), 1},
                     next ? "a NUL byte: this is no configuration text"
                          : "this byte is not UTF-8: save the file as UTF-8 text");
      return false;
    }
    cursor.take();
  }
  return true;
}

}  // namespace

bool is_good_text(std::string_view text, std::uint32_t source, Problems& problems) {
  if (text.size() <= kMaxTextSize) return is_text(text, source, problems);
  problems.error({{.source = source}, 0},
                 "the text is larger than " + std::to_string(kMaxTextSize >> 10) + " KiB");
  return false;
}

Body parse_hcl(std::string_view text, std::uint32_t source, const VariableLookup& variable,
               Problems& problems) {
  Body unread;
  unread.damaged = true;
  if (!is_good_text(text, source, problems)) return unread;
  return parse_tokens(tokenize(text, source, variable, problems), problems);
}

}  // namespace flywall::config
