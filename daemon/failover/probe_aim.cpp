#include "daemon/failover/probe_aim.hpp"

#include <algorithm>

#include "netlink/neighbour_dump.hpp"

namespace flywall::failover {

using netlink::ProbeMethod;
using netlink::ProbeTarget;

namespace {

template <class List, class Value>
bool holds(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

Result<ProbeAim> ProbeAim::create() {
  auto links = netlink::LinkInquiry::create();
  if (!links) return std::unexpected(std::move(links.error()));
  auto routes = netlink::RouteSocket::create();
  if (!routes) return std::unexpected(std::move(routes.error()));
  return ProbeAim(std::move(*links), std::move(*routes));
}

Result<ProbeAim::Aim> ProbeAim::at_gateway(const IpAddress& address,
                                           const netlink::InterfaceName& interface) {
  const std::uint32_t wanted = interface.empty() ? 0 : links_.index_of(interface);
  if (wanted == 0 && !interface.empty())
    return fail(ErrorKind::missing, "interface " + interface.str() + " does not exist");
  const auto hop = routes_.route_to(address, wanted);
  if (!hop) return std::unexpected(hop.error());
  if (hop->local) return fail(ErrorKind::invalid, address.str() + " is an address of this node");
  const auto hardware = links_.hardware_of(hop->interface_index);
  if (!hardware) return fail(ErrorKind::missing, "the interface went away");
  const bool on_link = hop->gateway.family == Family::none && hardware->resolves;
  Aim aim{.target = {.address = address,
                     .method = ProbeMethod::echo,
                     .interface_index = wanted,
                     .mac = {},
                     .source = {}},
          .through = hop->interface_index};
  if (!on_link) return aim;
  aim.target.method = ProbeMethod::neighbour;
  aim.target.interface_index = hop->interface_index;
  aim.target.mac = hardware->mac;
  aim.target.source = source_for(address, hop->interface_index, hop->source);
  return aim;
}

// Of this node alone, never a virtual address: on a link that carries some, the route's own choice
// may be one.
IpAddress ProbeAim::source_for(const IpAddress& target, std::uint32_t ifindex,
                               const IpAddress& suggested) const {
  for (const ServedNetwork& network : own_.networks)
    if (network.ifindex == ifindex && network.own.contains(target)) return network.own.address;
  return holds(own_.virtual_links, ifindex) ? IpAddress{} : suggested;
}

std::vector<ProbeTarget> ProbeAim::witnesses(const probe_order::AskNetwork& inquiry) {
  std::vector<ProbeTarget> found;
  const auto hardware = links_.hardware_of(inquiry.ifindex);
  if (!hardware || !hardware->resolves) return found;
  const auto add = [&](const IpAddress& address) {
    const bool known = holds(inquiry.peers, address) ||
                       std::ranges::find(found, address, &ProbeTarget::address) != found.end();
    if (known || found.size() == kWitnesses) return;
    found.push_back({.address = address,
                     .method = ProbeMethod::neighbour,
                     .interface_index = inquiry.ifindex,
                     .mac = hardware->mac,
                     .source = source_for(address, inquiry.ifindex, {})});
  };
  for (const IpAddress& gateway : inquiry.gateways) add(gateway);
  const auto neighbours = netlink::neighbour_dump(routes_, inquiry.ifindex);
  if (!neighbours) return found;
  std::vector<MacAddress> peers;  // under whatever address
  for (const netlink::RecentNeighbour& neighbour : *neighbours)
    if (holds(inquiry.peers, neighbour.address)) peers.push_back(neighbour.mac);
  for (const netlink::RecentNeighbour& neighbour : *neighbours)
    if (neighbour.confirmed_ago <= kRecent && !holds(peers, neighbour.mac)) add(neighbour.address);
  return found;
}

bool ProbeAim::is_running(std::uint32_t ifindex) const {
  const auto hardware = links_.hardware_of(ifindex);
  return hardware && hardware->running;
}

std::string ProbeAim::name_of(std::uint32_t ifindex) const {
  const auto name = links_.name_of(ifindex);
  return name.empty() ? "its interface" : name.str();
}

}  // namespace flywall::failover
