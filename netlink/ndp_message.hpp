// Neighbour discovery as bytes (RFC 4861, RFC 4862): pure.
//
// Neighbour advertisement, unsolicited, to all nodes (RFC 4861 7.2.6):
//
//  offset size
//   0     6    destination 33:33:00:00:00:01
//   6     6    source = the sender's hardware address
//  12     2    0x86dd
//  14     4    version 6, traffic class 0, flow 0
//  18     2    payload length 32
//  20     1    next header 58
//  21     1    hop limit 255: nobody beyond a router can have sent it
//  22    16    source = the announced address
//  38    16    destination ff02::1
//  54     1    type 136
//  55     1    code 0
//  56     2    checksum
//  58     4    Router 0x80000000, Override 0x20000000
//  62    16    target = the announced address
//  78     1    option 2: target link-layer address
//  79     1    its length in units of eight bytes: 1
//  80     6    the sender's hardware address
//
// Neighbour solicitation of duplicate address detection (RFC 4862 5.4.2): the same up to 53, with
// 33:33:ff and the target's last three bytes as destination, payload length 24, source ::,
// destination ff02::1:ff and the target's last three bytes; then type 135, code, checksum, four
// reserved bytes, target. No option: RFC 4861 4.3 forbids it when the source is ::.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace flywall::netlink {

inline constexpr std::size_t kAdvertisementBytes = 86;
inline constexpr std::size_t kDuplicateQuestionBytes = 78;
inline constexpr std::size_t kSolicitationBytes = 32;
using AdvertisementFrame = std::array<std::uint8_t, kAdvertisementBytes>;
using DuplicateQuestionFrame = std::array<std::uint8_t, kDuplicateQuestionBytes>;
using Solicitation = std::array<std::uint8_t, kSolicitationBytes>;

inline constexpr std::uint8_t kIcmp6EchoRequest = 128;
inline constexpr std::uint8_t kIcmp6EchoReply = 129;
inline constexpr std::uint8_t kIcmp6Solicitation = 135;
inline constexpr std::uint8_t kIcmp6Advertisement = 136;
inline constexpr std::uint8_t kNdpHopLimit = 255;

// "`address` is at `mac`, whatever you believed". Precondition: IPv6.
AdvertisementFrame unsolicited_advertisement(const MacAddress& mac, const IpAddress& address,
                                             bool router);

// "Does anybody use `address`?" with source ::, so that it changes nobody's cache.
// Precondition: IPv6.
DuplicateQuestionFrame duplicate_question(const MacAddress& mac, const IpAddress& address);

// "Who has `address`? Tell me, I am at `mac`": ICMPv6 alone, for a raw socket, which writes the
// checksum. Precondition: IPv6.
Solicitation neighbour_solicitation(const MacAddress& mac, const IpAddress& address);

// ff02::1:ffXX:XXXX (RFC 4291 2.7.1) and the Ethernet group of an IPv6 group (RFC 2464 7).
IpAddress solicited_node(const IpAddress& address);
MacAddress ethernet_group(const IpAddress& group);

struct Advertisement {
  IpAddress target;
  bool router = false;
  bool solicited = false;
  bool override_entry = false;
  std::optional<MacAddress> mac;  // the option may be missing

  bool operator==(const Advertisement&) const = default;
};

// An ICMPv6 message without its IPv6 header. Nothing when it is not a neighbour advertisement, or
// an option's length is not what it must be. The hop limit is the caller's to check.
std::optional<Advertisement> parse_advertisement(Bytes message);

// The checksum of an ICMPv6 message whose checksum field is zero (RFC 4443 2.3).
std::uint16_t icmp6_checksum(const IpAddress& source, const IpAddress& destination, Bytes message);

}  // namespace flywall::netlink
