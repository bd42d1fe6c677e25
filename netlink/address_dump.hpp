// All addresses of the namespace at once, IPv4 and IPv6.
#pragma once

#include <vector>

#include "netlink/route_socket.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

// In the kernel's order (for IPv4: primaries before secondaries of one interface). Errors:
// unavailable when the kernel cannot answer or the dump stays interrupted; invalid when there are
// more than kObservedAddresses.
Result<std::vector<ObservedAddress>> address_dump(RouteSocket& socket);

// Whether dumps of this kernel show tags: Linux >= 5.18, or a tag was seen.
bool tags_visible(std::span<const ObservedAddress> observed);

}  // namespace flywall::netlink
