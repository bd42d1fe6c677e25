#include "netlink/route_plan.hpp"

#include <algorithm>

namespace flywall::netlink {

namespace {

constexpr std::uint32_t kMetricOfIpv6 = 1024;

bool fits(const ObservedRoute& wanted, const ObservedRoute& shown) {
  ObservedRoute expected = wanted;
  if (wanted.interface_index == 0) expected.interface_index = shown.interface_index;
  return expected == shown;
}

Prefix network(Prefix prefix) {
  for (std::size_t i = 0; i < prefix.address.size(); ++i) {
    const int kept = std::clamp(static_cast<int>(prefix.length) - static_cast<int>(i) * 8, 0, 8);
    prefix.address.bytes[i] &= static_cast<std::uint8_t>(0xff00 >> kept);
  }
  return prefix;
}

}  // namespace

ObservedRoute normalized(const VirtualRoute& route, std::uint32_t interface_index, RouteTag tag) {
  ObservedRoute result{network(route.to), route.via, interface_index, route.metric, route.table,
                       route.source,      tag};
  if (route.metric == 0 && route.to.address.family == Family::ipv6) result.metric = kMetricOfIpv6;
  return result;
}

RoutePlan plan_routes(std::span<const ObservedRoute> wanted, std::span<const ObservedRoute> ours) {
  RoutePlan plan;
  for (const ObservedRoute& shown : ours) {
    const bool stays =
        std::ranges::any_of(wanted, [&](const auto& one) { return fits(one, shown); });
    if (stays)
      plan.kept.push_back(shown);
    else
      plan.changes.push_back({false, shown});
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const ObservedRoute& one = wanted[i];
    const bool there =
        std::ranges::any_of(ours, [&](const auto& shown) { return fits(one, shown); });
    const bool repeated = std::ranges::find(wanted.first(i), one) != wanted.first(i).end();
    if (!there && !repeated) plan.changes.push_back({true, one});
  }
  return plan;
}

}  // namespace flywall::netlink
