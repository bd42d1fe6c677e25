// Internet addresses, prefixes, endpoints and hardware addresses as plain values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace flywall {

enum class Family : std::uint8_t { none = 0, ipv4 = 4, ipv6 = 6 };

// An IPv4 or IPv6 address, network byte order; IPv4 uses the first four bytes, the rest is zero.
struct IpAddress {
  Family family = Family::none;
  std::array<std::uint8_t, 16> bytes{};

  constexpr auto operator<=>(const IpAddress&) const = default;
  constexpr std::size_t size() const {
    return family == Family::ipv6 ? 16 : family == Family::ipv4 ? 4 : 0;
  }
  Bytes view() const { return {bytes.data(), size()}; }
  bool is_loopback() const;
  bool is_link_local() const;

  // "10.0.0.1", "fe80::1"; no zone, no prefix length, no surrounding space.
  static std::optional<IpAddress> parse(std::string_view text);
  // 4 or 16 bytes in network order.
  static std::optional<IpAddress> from_bytes(Bytes bytes);
  std::string str() const;
};

// An address with the length of its network: "10.0.0.100/24". Without "/", the full length.
struct Prefix {
  IpAddress address;
  std::uint8_t length = 0;

  constexpr auto operator<=>(const Prefix&) const = default;
  static std::optional<Prefix> parse(std::string_view text);
  std::string str() const;
  bool contains(const IpAddress& other) const;
};

// Where a datagram or a connection goes.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  constexpr auto operator<=>(const Endpoint&) const = default;
  // "10.0.0.1:9002", "[fe80::1]:9002".
  std::string str() const;
};

// What a person writes: a host name or address and perhaps a port. "host", "host:9002",
// "[::1]:9002", ":9001".
struct HostPort {
  std::string host;  // may be empty: every local address
  std::optional<std::uint16_t> port;

  bool operator==(const HostPort&) const = default;
  static std::optional<HostPort> parse(std::string_view text);
};

struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};

  constexpr auto operator<=>(const MacAddress&) const = default;
  static std::optional<MacAddress> parse(std::string_view text);
  std::string str() const;
};

}  // namespace flywall
