// What the kernel says of this node's own interfaces and addresses. Takes RTNL: for the supervising
// thread only.
#pragma once

#include <string>
#include <vector>

#include "daemon/failover/peer_table.hpp"
#include "netlink/link_state.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::failover {

struct Surroundings {
  std::vector<netlink::LinkState> links;
  ServedNetworks served;  // our own addresses on interfaces that carry virtual addresses, at most
                          // kMaxServedNetworks
};

// Virtual addresses, and whatever carries their tag, are never taken for our own.
Result<Surroundings> look_around(netlink::AddressTag tag,
                                 const std::vector<netlink::VirtualAddress>& virtual_addresses);

}  // namespace flywall::failover
