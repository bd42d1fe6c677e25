// ARP over Ethernet as bytes (RFC 826, RFC 5227): pure.
//
//  offset size
//   0     6    destination ff:ff:ff:ff:ff:ff
//   6     6    source = sender's hardware address
//  12     2    0x0806
//  14     2    hardware type 1 (Ethernet)
//  16     2    protocol type 0x0800
//  18     1    hardware length 6
//  19     1    protocol length 4
//  20     2    operation: 1 request, 2 reply
//  22     6    sender's hardware address
//  28     4    sender's address
//  32     6    target's hardware address
//  38     4    target's address
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace flywall::netlink {

inline constexpr std::size_t kArpFrameBytes = 42;
using ArpFrame = std::array<std::uint8_t, kArpFrameBytes>;

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

// "`address` is at `mac`", to everybody: sender and target address are the same (RFC 5227 3, ARP
// Announcement). The request form leaves the target's hardware address zero; the reply form
// repeats the sender's there, else Linux ignores it (arp_is_garp, net/ipv4/arp.c).
// Precondition: IPv4.
ArpFrame gratuitous_arp(ArpOperation form, const MacAddress& mac, const IpAddress& address);

// "Who has `address`?" with sender address zero, so that it changes nobody's cache (RFC 5227
// 2.1.1, ARP Probe). Precondition: IPv4.
ArpFrame arp_probe_frame(const MacAddress& mac, const IpAddress& address);

// "Who has `address`? Tell `source`" to everybody. A `source` of no family makes it an ARP Probe.
// Precondition: IPv4.
ArpFrame arp_request(const MacAddress& mac, const IpAddress& source, const IpAddress& address);

struct ArpPacket {
  ArpOperation operation = ArpOperation::request;
  MacAddress sender_mac;
  IpAddress sender;
  MacAddress target_mac;
  IpAddress target;

  bool operator==(const ArpPacket&) const = default;
};

// A received frame, Ethernet header included; longer than kArpFrameBytes is padding. Nothing when
// it is not ARP for IPv4 over Ethernet, whatever its lengths claim.
std::optional<ArpPacket> parse_arp(Bytes frame);

}  // namespace flywall::netlink
