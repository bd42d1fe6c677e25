// All interfaces of the namespace at once. Takes RTNL: for the address thread, and for the failover
// thread before it starts.
#pragma once

#include <vector>

#include "netlink/link_state.hpp"
#include "netlink/route_socket.hpp"

namespace flywall::netlink {

// Errors: unavailable when the kernel cannot answer or the dump stays interrupted; invalid when
// there are more than kObservedLinks.
Result<std::vector<LinkState>> link_dump(RouteSocket& socket);

// One interface by name; missing when there is none.
Result<LinkState> link_named(RouteSocket& socket, const InterfaceName& name);

}  // namespace flywall::netlink
