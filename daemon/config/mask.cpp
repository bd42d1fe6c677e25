#include "daemon/config/mask.hpp"

#include <algorithm>

#include "daemon/config/schema.hpp"
#include "daemon/config/suggest.hpp"

namespace flywall::config {

namespace {

// How the schema knows a name: as that of a secret, as another one, or not at all.
enum class Standing : std::uint8_t { unknown, open, secret };

// Addresses may hold passwords, those of web hooks are often secrets themselves.
bool holds_secret(const Setting& setting) {
  return setting.type.kind == Kind::secret || setting.type.kind == Kind::url ||
         setting.type.kind == Kind::web_url;
}

Standing standing_of(std::string_view name, const Section& section) {
  Standing result = Standing::unknown;
  for (const Setting& setting : section.settings)
    if (setting.name == name)
      result = std::max(result, holds_secret(setting) ? Standing::secret : Standing::open);
  for (const Section& inner : section.sections) {
    if (inner.name == name) result = std::max(result, Standing::open);
    result = std::max(result, standing_of(name, inner));
  }
  return result;
}

// A name that the schema does not know but that probably stands for a secret.
bool resembles_secret(std::string_view name) {
  static constexpr std::string_view kParts[] = {"secret", "key", "token", "pass", "psk", "cred"};
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto contained = [&](std::string_view part) {
    return lower.find(part) != std::string::npos;
  };
  return std::ranges::any_of(kParts, contained) || distance(name, "secret_key") <= 4 ||
         distance(name, "secret") <= 2 || distance(name, "previous_secret_key") <= 6;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text) {}

  std::vector<Hidden> run() {
    while (at_ < text_.size()) step();
    return std::move(hidden_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool sees(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  void to(std::size_t end) { at_ = std::min(end, text_.size()); }
  std::size_t end_of_line(std::size_t from) const {
    return std::min(text_.find('\n', from), text_.size());
  }
  void hide(std::size_t begin, std::size_t end) {
    if (begin < end) hidden_.push_back({begin, end});
  }

  void step() {
    if (peek() == '\n') {
      item_starts_ = true;
      ++at_;
    } else if (is_blank(peek())) {
      ++at_;
    } else if (peek() == '#' || sees("//")) {
      const std::size_t begin = at_ + (peek() == '#' ? 1 : 2);
      to(end_of_line(at_));
      hide(begin, at_);
    } else if (sees("/*")) {
      const std::size_t begin = at_ + 2;
      to(std::min(text_.find("*/", begin), text_.size()));
      hide(begin, at_);
      at_ = std::min(at_ + 2, text_.size());
    } else if (peek() == '"') {
      text();
    } else if (sees("<<")) {
      heredoc();
    } else if (is_word(peek())) {
      word();
    } else {
      sign();
    }
  }

  void text() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && peek() != '"' && peek() != '\n') {
      const bool escaped = peek() == '\\' && peek(1) != '\n';
      to(at_ + (escaped ? 2 : 1));
    }
    if (showing_ != Showing::everything) hide(begin, at_);
    if (peek() == '"') ++at_;
    item_starts_ = false;
  }

  // From behind the opening line to the closing word, or to the end.
  void heredoc() {
    to(at_ + (peek(2) == '-' ? 3 : 2));
    const std::size_t begin = at_;
    while (is_word(peek())) ++at_;
    const std::string_view closing = text_.substr(begin, at_ - begin);
    const std::size_t content = end_of_line(at_);
    while (!closing.empty() && at_ < text_.size()) {
      to(end_of_line(at_) + 1);
      std::string_view line = text_.substr(at_, end_of_line(at_) - at_);
      while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
      while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
      if (line == closing) break;
    }
    if (showing_ != Showing::everything) hide(content, at_);
    to(end_of_line(at_));
  }

  void word() {
    const std::size_t begin = at_;
    while (is_word(peek())) ++at_;
    std::size_t next = at_;
    while (next < text_.size() && is_blank(text_[next])) ++next;
    const char follows = next < text_.size() ? text_[next] : '\0';
    const bool assigned = (follows == '=' && !text_.substr(next).starts_with("==")) ||
                          follows == ':' || follows == '{';
    const bool digits = peek() != '\0' && text_[begin] >= '0' && text_[begin] <= '9';
    if (assigned || (item_starts_ && !digits)) {
      showing_ = showing_below(text_.substr(begin, at_ - begin));
    } else if (showing_ == Showing::nothing || (showing_ == Showing::no_text && !digits)) {
      const std::string_view word = text_.substr(begin, at_ - begin);
      if (word != "true" && word != "false" && word != "null") hide(begin, at_);
    }
    item_starts_ = false;
  }

  // Of a secret without quotes every character counts.
  void sign() {
    const bool structure = std::string_view("={}[](),:").find(peek()) != std::string_view::npos;
    if (peek() == '{') item_starts_ = true;
    if (!structure && showing_ == Showing::nothing) hide(at_, at_ + 1);
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool item_starts_ = true;
  Showing showing_ = Showing::no_text;
  std::vector<Hidden> hidden_;
};

}  // namespace

Showing showing_below(std::string_view name) {
  const Standing standing = standing_of(name, schema());
  if (standing == Standing::open) return Showing::everything;
  if (standing == Standing::secret || resembles_secret(name)) return Showing::nothing;
  return Showing::no_text;
}

std::vector<Hidden> hidden_stretches(std::string_view text) { return Masker(text).run(); }

}  // namespace flywall::config
