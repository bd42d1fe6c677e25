#include "netlink/leftovers.hpp"

#include "netlink/tagged_addresses.hpp"
#include "netlink/virtual_links.hpp"
#include "netlink/virtual_routes.hpp"

namespace flywall::netlink {

namespace {

Result<std::uint32_t> sweep_links(std::string_view cluster_id) {
  auto socket = RouteSocket::create();
  if (!socket) return std::unexpected(std::move(socket.error()));
  return remove_virtual_links(*socket, cluster_id);
}

}  // namespace

Swept sweep_leftovers(std::string_view cluster_id, std::span<const VirtualAddress> configured) {
  Swept swept;
  const auto note = [&](const Result<std::uint32_t>& removed, std::uint32_t& count) {
    if (removed)
      count = *removed;
    else
      swept.trouble += (swept.trouble.empty() ? "" : "; ") + removed.error().message;
  };
  note(sweep_links(cluster_id), swept.links);
  note(remove_tagged(address_tag(cluster_id), configured), swept.addresses);
  note(remove_tagged_routes(route_tag(cluster_id)), swept.routes);
  return swept;
}

}  // namespace flywall::netlink
