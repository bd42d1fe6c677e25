// A walk through valid UTF-8 text that knows line and column at every step.
#pragma once

#include <string_view>

#include "daemon/config/diagnostic.hpp"
#include "daemon/config/utf8.hpp"

namespace flywall::config {

class Cursor {
 public:
  Cursor(std::string_view text, std::uint32_t source)
      : text_(text), at_{.source = source, .line = 1, .column = 1} {}

  bool done() const { return offset_ >= text_.size(); }
  // The byte `ahead` of here; 0 behind the end.
  char peek(std::size_t ahead = 0) const {
    return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
  }
  bool sees(std::string_view word) const { return text_.substr(offset_).starts_with(word); }
  bool at_newline() const { return peek() == '\n' || sees("\r\n"); }
  char32_t code_point() const {
    const auto next = decode_utf8(text_.substr(offset_));
    return next ? next->value : 0;
  }
  // One character; "\r\n" counts as one. Returns its bytes.
  std::string_view take() {
    const auto next = decode_utf8(text_.substr(offset_));
    const std::size_t size = done() ? 0 : sees("\r\n") ? 2 : next ? next->size : 1;
    const std::string_view taken = text_.substr(offset_, size);
    offset_ += size;
    ++at_.column;
    if (taken.ends_with('\n')) at_ = {.source = at_.source, .line = at_.line + 1, .column = 1};
    return taken;
  }
  void take(std::size_t characters) {
    while (characters-- > 0) take();
  }
  bool take_if(std::string_view ascii_word) {
    if (!sees(ascii_word)) return false;
    take(ascii_word.size());
    return true;
  }
  // Editors put one before the text; it takes no column.
  void skip_byte_order_mark() {
    static constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (sees(kMark)) offset_ += kMark.size();
  }
  Position position() const { return at_; }
  std::size_t offset() const { return offset_; }
  std::string_view since(std::size_t begin) const { return text_.substr(begin, offset_ - begin); }
  // From `begin` to here; when a newline lies between, one character.
  Place place_since(Position begin) const {
    const bool same_line = begin.line == at_.line && at_.column > begin.column;
    return {begin, same_line ? at_.column - begin.column : 1};
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position at_;
};

}  // namespace flywall::config
