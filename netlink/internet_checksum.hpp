// The one's complement sum of IP, ICMP and ICMPv6 (RFC 1071): pure.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace flywall::netlink {

class InternetChecksum {
 public:
  // Pieces of odd length only at the end.
  void add(Bytes piece) {
    for (std::size_t i = 0; i < piece.size(); ++i)
      sum_ += i % 2 == 0 ? std::uint32_t{piece[i]} << 8 : piece[i];
  }
  void add(std::uint32_t word) { sum_ += (word >> 16) + (word & 0xffff); }

  std::uint16_t value() const {
    std::uint64_t folded = sum_;
    while (folded > 0xffff) folded = (folded >> 16) + (folded & 0xffff);
    return static_cast<std::uint16_t>(~folded);
  }

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace flywall::netlink
