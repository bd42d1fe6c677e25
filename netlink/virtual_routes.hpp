// The virtual routes of this node on its kernel: add all, remove all, keep.
//
// Driven by VirtualAddresses: after the addresses when they are taken (a route may need one as its
// source), before them when they are dropped. Remembers what the kernel has and asks again when
// told to: a router's table may hold a million routes, so nobody watches it. May wait for RTNL:
// address thread only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "netlink/link_table.hpp"
#include "netlink/route_plan.hpp"
#include "netlink/route_socket.hpp"

namespace flywall::netlink {

struct RouteFailure {
  VirtualRoute route;
  std::string reason;
};

struct RouteReport {
  std::uint32_t held = 0;
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
  std::vector<RouteFailure> failures;
  std::optional<Error> error;  // the kernel could not be asked
};

class VirtualRoutes {
 public:
  explicit VirtualRoutes(RouteTag tag) : tag_(tag) {}

  // At most kMaxVirtualRoutes.
  void configure(std::vector<VirtualRoute> routes);
  bool any() const { return !configured_.empty(); }

  // All of them, or none and with them what a crash left behind.
  RouteReport hold(RouteSocket& socket, const LinkTable& links);
  RouteReport release(RouteSocket& socket);
  // Somebody may have changed the kernel's table.
  void doubt() { ours_.reset(); }

 private:
  RouteReport reach(RouteSocket& socket, std::span<const ObservedRoute> wanted);
  void execute(RouteSocket& socket, std::span<const RouteChange> changes, RouteReport& report);
  VirtualRoute named(const ObservedRoute& route) const;

  RouteTag tag_;
  std::vector<VirtualRoute> configured_;
  std::optional<std::vector<ObservedRoute>> ours_;  // in the kernel, as far as known
};

// Removes all routes with our tag; answers how many. For the services process after the failover
// process died, and for `flywall ha reset`. Errors: denied, unavailable; internal when some could
// not be removed.
Result<std::uint32_t> remove_tagged_routes(RouteTag tag);

}  // namespace flywall::netlink
