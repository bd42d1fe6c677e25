// ICMP and ICMPv6 echo as bytes (RFC 792, RFC 4443 4): pure.
//
//  offset size
//   0     1    type: request 8 (ICMPv6 128), reply 0 (ICMPv6 129)
//   1     1    code 0
//   2     2    checksum (ICMPv6: left zero, the kernel's raw socket writes it)
//   4     2    identifier
//   6     2    sequence
//   8     8    cookie: who did not see the question cannot answer it
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace flywall::netlink {

inline constexpr std::size_t kEchoBytes = 16;
inline constexpr std::uint8_t kIcmpEchoReply = 0;
using EchoMessage = std::array<std::uint8_t, kEchoBytes>;

struct Echo {
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  std::uint64_t cookie = 0;

  bool operator==(const Echo&) const = default;
};

// Precondition: IPv4 or IPv6.
EchoMessage echo_request(Family family, const Echo& echo);

// A received message without its IP header; what follows the cookie is ignored. Nothing when it is
// not a reply. The kernel has checked the checksum.
std::optional<Echo> parse_echo_reply(Family family, Bytes message);

}  // namespace flywall::netlink
