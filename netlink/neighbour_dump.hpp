// Whom the kernel has recently spoken to: the witnesses of E5.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "netlink/route_socket.hpp"

namespace flywall::netlink {

struct RecentNeighbour {
  IpAddress address;
  std::uint32_t interface_index = 0;
  MacAddress mac;
  bool router = false;       // IPv6: it said so
  Duration confirmed_ago{};  // since it last proved to be there

  bool operator==(const RecentNeighbour&) const = default;
};

// RTM_NEWNEIGH of IPv4 and IPv6 with an Ethernet address that was confirmed or learned (reachable,
// stale, delay, probe); not what failed, is incomplete, or was set by hand.
std::optional<RecentNeighbour> decode_neighbour(const nlmsghdr& message);

// Those of one interface, the most recently confirmed first, at most kRecentNeighbours. A router
// with many neighbours takes milliseconds, and the kernel's lock RTNL may be waited for: not for
// the failover thread. Errors: unavailable.
Result<std::vector<RecentNeighbour>> neighbour_dump(RouteSocket& socket,
                                                    std::uint32_t interface_index);

}  // namespace flywall::netlink
