#include "netlink/settling.hpp"

#include <thread>

#include "base/clock.hpp"
#include "netlink/limits.hpp"

namespace flywall::netlink {

namespace {

bool is_local(RouteSocket& route, const ObservedAddress& address) {
  const auto hop = route.route_to(address.prefix.address, address.interface_index);
  return hop && hop->local;
}

}  // namespace

bool settle(RouteSocket& route, std::span<const ObservedAddress> added, Time until) {
  for (const ObservedAddress& address : added) {
    if (address.prefix.address.family != Family::ipv6) continue;
    while (!is_local(route, address)) {
      if (now() >= until) return false;
      std::this_thread::sleep_for(kSettlePause);
    }
  }
  return true;
}

}  // namespace flywall::netlink
