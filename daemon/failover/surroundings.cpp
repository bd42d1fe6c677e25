#include "daemon/failover/surroundings.hpp"

#include <algorithm>

#include "netlink/address_dump.hpp"
#include "netlink/link_dump.hpp"

namespace flywall::failover {

Result<Surroundings> look_around(netlink::AddressTag tag,
                                 const std::vector<netlink::VirtualAddress>& virtual_addresses) {
  auto socket = netlink::RouteSocket::create();
  if (!socket) return std::unexpected(socket.error());
  auto links = netlink::link_dump(*socket);
  if (!links) return std::unexpected(links.error());
  auto addresses = netlink::address_dump(*socket);
  if (!addresses) return std::unexpected(addresses.error());

  Surroundings found{.links = std::move(*links)};
  const auto carries = [&](std::uint32_t index) {
    return std::any_of(found.links.begin(), found.links.end(), [&](const netlink::LinkState& link) {
      return link.index == index &&
             std::any_of(virtual_addresses.begin(), virtual_addresses.end(),
                         [&](const auto& wanted) { return wanted.interface == link.name; });
    });
  };
  const auto is_virtual = [&](const netlink::ObservedAddress& seen) {
    return seen.tag == tag ||
           std::any_of(virtual_addresses.begin(), virtual_addresses.end(), [&](const auto& wanted) {
             return wanted.prefix.address == seen.prefix.address;
           });
  };
  for (const netlink::ObservedAddress& seen : *addresses) {
    if (seen.prefix.address.is_loopback() || seen.prefix.address.is_link_local()) continue;
    if (carries(seen.interface_index) && !is_virtual(seen))
      found.served.try_push_back({seen.interface_index, seen.prefix});
  }
  return found;
}

}  // namespace flywall::failover
