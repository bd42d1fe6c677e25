// A vector with a named limit and no allocation, for the fast path.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "base/check.hpp"

namespace flywall {

// Holds 0..Capacity values of a default-constructible T. Exceeding the capacity with `push_back` is
// a broken invariant; where the world decides how many come, use `try_push_back` and count the
// refusals.
template <class T, std::size_t Capacity>
class InlineVector {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  static constexpr std::size_t capacity() { return Capacity; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == Capacity; }

  constexpr void push_back(T value) {
    FLYWALL_CHECK(!full());
    values_[size_++] = std::move(value);
  }
  constexpr bool try_push_back(T value) {
    if (full()) return false;
    values_[size_++] = std::move(value);
    return true;
  }
  constexpr void clear() { size_ = 0; }
  constexpr void pop_back() {
    FLYWALL_CHECK(size_ > 0);
    --size_;
  }

  constexpr T& operator[](std::size_t i) {
    FLYWALL_CHECK(i < size_);
    return values_[i];
  }
  constexpr const T& operator[](std::size_t i) const {
    FLYWALL_CHECK(i < size_);
    return values_[i];
  }
  constexpr T& back() { return (*this)[size_ - 1]; }
  constexpr const T& back() const { return (*this)[size_ - 1]; }
  constexpr T* begin() { return values_.data(); }
  constexpr T* end() { return values_.data() + size_; }
  constexpr const T* begin() const { return values_.data(); }
  constexpr const T* end() const { return values_.data() + size_; }

  friend constexpr bool operator==(const InlineVector& a, const InlineVector& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i)
      if (!(a.values_[i] == b.values_[i])) return false;
    return true;
  }

 private:
  std::array<T, Capacity> values_{};
  std::size_t size_ = 0;
};

}  // namespace flywall
