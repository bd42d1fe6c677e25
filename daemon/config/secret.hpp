// A text that must not leave by accident: it has no stream operator, does not convert to a string,
// and is wiped at the end of its life. `reveal()` is the one way to the value; search for it.
#pragma once

#include <sodium/utils.h>

#include <string>
#include <string_view>
#include <utility>

namespace flywall::config {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept {
    value_ = other.value_;  // a copy: moving would leave bytes behind in the other's own buffer
    other.wipe();
  }
  Secret& operator=(const Secret& other) {
    if (this == &other) return *this;
    wipe();
    value_ = other.value_;
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    value_.swap(other.value_);
    return *this;
  }
  ~Secret() { wipe(); }

  std::string_view reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  void wipe() {
    sodium_memzero(value_.data(), value_.size());
    value_.clear();
  }
  std::string value_;
};

}  // namespace flywall::config
