// Which routes to add and to remove: pure.
//
// R1  Only routes with our tag are removed.
// R2  Removals first: a changed route may stand where the new one goes.
// R3  Host bits of a destination are cleared (the kernel refuses them); a metric of 0 is 1024 in
//     IPv6 (IP6_RT_PRIO_USER), so that what was added is recognised.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netlink/virtual_route.hpp"

namespace flywall::netlink {

struct RouteChange {
  bool adds = true;
  ObservedRoute route;

  bool operator==(const RouteChange&) const = default;
};

struct RoutePlan {
  std::vector<RouteChange> changes;
  std::vector<ObservedRoute> kept;
};

// What the kernel would show (R3); `interface_index` 0 when the route names no interface.
ObservedRoute normalized(const VirtualRoute& route, std::uint32_t interface_index, RouteTag tag);

// `ours` carry the tag already. A wanted route without interface fits on any. Duplicates in
// `wanted` count once.
RoutePlan plan_routes(std::span<const ObservedRoute> wanted, std::span<const ObservedRoute> ours);

}  // namespace flywall::netlink
