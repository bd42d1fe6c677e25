// A short text without allocation: fits in messages, tables and shared memory.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace flywall {

// Holds 0..Capacity bytes. Trivially copyable. Longer input is cut by `cut`, refused by `fits`.
template <std::size_t Capacity>
class InlineText {
  static_assert(Capacity < 256);

 public:
  constexpr InlineText() = default;
  static constexpr std::size_t capacity() { return Capacity; }
  static constexpr bool fits(std::string_view text) { return text.size() <= Capacity; }

  static constexpr InlineText cut(std::string_view text) {
    InlineText result;
    result.size_ = static_cast<std::uint8_t>(text.size() < Capacity ? text.size() : Capacity);
    for (std::size_t i = 0; i < result.size_; ++i) result.bytes_[i] = text[i];
    return result;
  }

  constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  std::string str() const { return std::string(view()); }
  constexpr bool empty() const { return size_ == 0; }
  constexpr std::size_t size() const { return size_; }

  friend constexpr bool operator==(const InlineText& a, const InlineText& b) {
    return a.view() == b.view();
  }
  friend constexpr std::strong_ordering operator<=>(const InlineText& a, const InlineText& b) {
    return a.view() <=> b.view();
  }

 private:
  std::array<char, Capacity> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace flywall
