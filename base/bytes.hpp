// Reading and writing of wire formats: network byte order, bounds checked at every step, no
// exception.
//
// Both stop at the first thing that does not fit and stay stopped: check `ok()` once, at the end.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace flywall {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  template <std::unsigned_integral T>
  T read() {
    T value = 0;
    for (std::uint8_t byte : take(sizeof(T))) value = static_cast<T>((value << 8) | byte);
    return value;
  }
  // The next `count` bytes, or an empty span when there are fewer.
  Bytes take(std::size_t count) {
    if (!ok_ || bytes_.size() < count) {
      ok_ = false;
      return {};
    }
    Bytes result = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return result;
  }
  std::string_view take_text(std::size_t count) {
    Bytes text = take(count);
    return {reinterpret_cast<const char*>(text.data()), text.size()};
  }
  std::size_t remaining() const { return bytes_.size(); }
  bool ok() const { return ok_; }
  void fail() { ok_ = false; }

 private:
  Bytes bytes_;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes room) : room_(room) {}

  template <std::unsigned_integral T>
  void write(T value) {
    MutableBytes out = claim(sizeof(T));
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
  }
  void write(Bytes bytes) {
    MutableBytes out = claim(bytes.size());
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size());
  }
  void write_text(std::string_view text) { write(as_bytes(text)); }
  // The next `count` bytes to be filled by the caller; empty when they do not fit.
  MutableBytes claim(std::size_t count) {
    if (!ok_ || room_.size() - size_ < count) {
      ok_ = false;
      return {};
    }
    MutableBytes result = room_.subspan(size_, count);
    size_ += count;
    return result;
  }
  Bytes written() const { return room_.first(size_); }
  std::size_t size() const { return size_; }
  bool ok() const { return ok_; }

 private:
  MutableBytes room_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace flywall
