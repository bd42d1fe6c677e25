// Accepts each counter of one sender instance once (RFC 6479, as WireGuard sizes it).
//
// The window is a ring of 64-bit words, one more than it reaches: the word that the highest counter
// lies in is only partly in use, and moving on clears whole words instead of shifting bits.
//
// Pure; 1 KiB. Counters start at 1, 0 is refused; the window reaches kSize below the highest
// accepted one.
#pragma once

#include <array>
#include <cstdint>

namespace flywall::heartbeat {

class ReplayWindow {
 public:
  static constexpr std::uint64_t kBits = 8192;
  static constexpr std::uint64_t kWordBits = 64;
  static constexpr std::uint64_t kSize = kBits - kWordBits;           // 8128
  static constexpr std::uint64_t kLimit = ~std::uint64_t{0} - kSize;  // refused from here on

  // Marks `counter` as received. False: received before, below the window, zero, or at the limit.
  bool accept(std::uint64_t counter);
  std::uint64_t highest() const { return highest_; }

 private:
  void advance(std::uint64_t counter);

  std::uint64_t highest_ = 0;
  std::array<std::uint64_t, kBits / kWordBits> words_{};
};

}  // namespace flywall::heartbeat
