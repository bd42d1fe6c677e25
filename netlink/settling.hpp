// Waiting for new IPv6 addresses to be usable.
//
// The kernel acknowledges an IPv6 address before it can be reached: the local route comes a moment
// later from a work queue (addrconf_dad_work, net/ipv6/addrconf.c), also with IFA_F_NODAD. Until
// then a packet to the address is forwarded like a stranger's, to nowhere. So whoever announces at
// the acknowledgement loses what the neighbours send at once. (The kernel's own notification of the
// address comes before the route, too; it is the route that counts.)
//
// Knows the kernel's routes; knows no role and no announcement. IPv4 needs none of this.
#pragma once

#include <span>

#include "base/time.hpp"
#include "netlink/address_plan.hpp"
#include "netlink/route_socket.hpp"

namespace flywall::netlink {

// Returns once all these addresses are local, or at `until`; asks without RTNL. False: some are
// not.
bool settle(RouteSocket& route, std::span<const ObservedAddress> added, Time until);

}  // namespace flywall::netlink
