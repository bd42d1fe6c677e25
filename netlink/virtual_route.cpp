#include "netlink/virtual_route.hpp"

#include "base/key.hpp"

namespace flywall::netlink {

RouteTag route_tag(std::string_view cluster_id) {
  constexpr std::uint64_t kFirst = 200;
  const std::uint64_t digest = digest64(as_bytes(cluster_id));
  return RouteTag{static_cast<std::uint8_t>(kFirst + digest % (256 - kFirst))};
}

std::string VirtualRoute::str() const {
  std::string text = to.str();
  if (via.family != Family::none) text += " via " + via.str();
  if (!interface.empty()) text += " on " + interface.str();
  return text;
}

}  // namespace flywall::netlink
