// A route that moves with the role, and the same as the kernel shows it: plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

// One `virtual_route` block: `to`, `via`, `interface`, `metric`, `table`, `source`. Either `via` or
// `interface` must be given; `via` and `source` are of the family of `to`.
struct VirtualRoute {
  static constexpr std::uint32_t kMainTable = 254;

  Prefix to;                 // the default route: 0.0.0.0/0 or ::/0
  IpAddress via;             // none: the destination is on the interface itself
  InterfaceName interface;   // empty: where `via` is
  std::uint32_t metric = 0;  // 0: the kernel's choice
  std::uint32_t table = kMainTable;
  IpAddress source;  // preferred source; none: the kernel's choice

  bool operator==(const VirtualRoute&) const = default;
  std::string str() const;  // "10.9.0.0/16 via 10.0.0.9 on eth1"
};

// The byte that marks a route as ours: rtm_protocol. Derived from the cluster id; 200..255, where
// neither the kernel nor a routing daemon has one (include/uapi/linux/rtnetlink.h; the highest
// known is 192). Two clusters on one host meet with a chance of 1 in 56.
struct RouteTag {
  std::uint8_t value = 0;
  constexpr auto operator<=>(const RouteTag&) const = default;
};

RouteTag route_tag(std::string_view cluster_id);

// As rtnetlink shows it; enough to remove exactly this one.
struct ObservedRoute {
  Prefix to;
  IpAddress via;
  std::uint32_t interface_index = 0;  // 0: not given
  std::uint32_t metric = 0;
  std::uint32_t table = 0;
  IpAddress source;
  RouteTag tag;

  auto operator<=>(const ObservedRoute&) const = default;
};

}  // namespace flywall::netlink
