// What moves with the role: addresses, routes, hardware addresses, as the configuration says them.
//
// Knows values and their ranges; knows neither the kernel nor who holds the role.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/address.hpp"

namespace flywall::config {

// virtual_ip { … }
struct VirtualIp {
  Prefix address;              // unique in the file; IPv6 may be link-local
  std::string interface;       // 1..15 bytes; need not exist yet
  std::string label;           // 0..15 bytes; empty: none; IPv4 only
  bool arp_ping = false;       // ask whether somebody else holds the address before taking it
  bool gratuitous_arp = true;  // announce the address after taking it

  bool operator==(const VirtualIp&) const = default;
};

inline constexpr std::size_t kMaxVirtualRoutes = 1024;

// virtual_route { … }. At least one of `via` and `interface` is set.
struct VirtualRoute {
  Prefix to;                            // the network; no bits set behind its length
  std::optional<IpAddress> via;         // same family as `to`
  std::string interface;                // empty: the kernel finds it
  std::optional<IpAddress> source;      // preferred source address, same family
  std::optional<std::uint32_t> metric;  // absent: the kernel's
  std::uint32_t table = 254;            // 254 is the main table

  bool operator==(const VirtualRoute&) const = default;
};

// virtual_mac { … }: at most one for an interface.
struct VirtualMac {
  std::string interface;
  std::optional<MacAddress> address;  // unicast; absent: made from the cluster_id

  bool operator==(const VirtualMac&) const = default;
};

}  // namespace flywall::config
