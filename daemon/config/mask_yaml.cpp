#include <algorithm>

#include "daemon/config/mask.hpp"

namespace flywall::config {

namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '/' || static_cast<unsigned char>(c) >= 0x80;
}

// Works line by line. Below a name whose value is hidden every deeper line is hidden as well; in
// doubt more is hidden than necessary.
class YamlMasker {
 public:
  explicit YamlMasker(std::string_view text) : text_(text) {}

  std::vector<Hidden> run() {
    for (std::size_t at = 0; at < text_.size();) {
      end_ = std::min(text_.find('\n', at), text_.size());
      line(at);
      at = end_ + 1;
    }
    return std::move(hidden_);
  }

 private:
  char at(std::size_t offset) const { return offset < end_ ? text_[offset] : '\0'; }
  void hide(std::size_t begin) {
    if (begin < end_) hidden_.push_back({begin, end_});
  }

  struct Key {
    std::string_view name;
    std::size_t behind = 0;  // behind the colon
  };
  // The first `name:` from `from` on; an empty name when there is none.
  Key next_key(std::size_t from) const {
    for (std::size_t colon = from; colon < end_; ++colon) {
      if (text_[colon] != ':') continue;
      std::size_t last = colon;
      while (last > from &&
             (text_[last - 1] == '"' || text_[last - 1] == '\'' || text_[last - 1] == ' '))
        --last;
      std::size_t first = last;
      while (first > from && is_plain(text_[first - 1])) --first;
      if (first < last) return {text_.substr(first, last - first), colon + 1};
    }
    return {};
  }

  void line(std::size_t begin) {
    std::size_t first = begin;
    while (at(first) == ' ' || at(first) == '\t') ++first;
    if (first >= end_) return;
    const std::size_t indent = first - begin;
    std::size_t item = first;
    while (at(item) == '-' && at(item + 1) == ' ') item += 2;
    const Key key = next_key(item);
    const bool names = !key.name.empty() && key.name.data() <= text_.data() + item + 1;
    if (hiding_ && (indent > hidden_indent_ || !names)) return hide(first);
    hiding_ = false;
    if (at(first) == '#') return hide(first + 1);
    if (at(first) == '?' || at(first) == '%' || at(first) == '&' || at(first) == '!') {
      hiding_ = true;
      hidden_indent_ = indent;
      return hide(first + 1);
    }
    for (Key each = key; !each.name.empty(); each = next_key(each.behind)) {
      const Showing showing = showing_below(each.name);
      if (showing == Showing::everything) continue;
      if (showing == Showing::no_text && is_harmless(each.behind)) continue;
      hiding_ = showing == Showing::nothing;
      hidden_indent_ = indent;
      return hide(std::min(text_.find_first_not_of(' ', each.behind), end_));
    }
    comment(item);
  }

  // Nothing, a number or a flag up to the end of the line, or a mapping begins.
  bool is_harmless(std::size_t from) const {
    std::string_view rest = text_.substr(from, end_ - from);
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '{')) rest.remove_prefix(1);
    while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\r')) rest.remove_suffix(1);
    return rest.empty() || rest == "true" || rest == "false" ||
           text_.substr(from, end_ - from).find('{') != std::string_view::npos ||
           rest.find_first_not_of("0123456789.") == std::string_view::npos;
  }

  void comment(std::size_t from) {
    for (std::size_t i = from; i + 1 < end_; ++i)
      if ((text_[i] == ' ' || text_[i] == '\t') && text_[i + 1] == '#') return hide(i + 2);
  }

  std::string_view text_;
  std::size_t end_ = 0;
  bool hiding_ = false;
  std::size_t hidden_indent_ = 0;
  std::vector<Hidden> hidden_;
};

}  // namespace

std::vector<Hidden> hidden_in_yaml(std::string_view text) { return YamlMasker(text).run(); }

}  // namespace flywall::config
