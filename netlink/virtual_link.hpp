// A virtual hardware address (`virtual_mac`): the virtual addresses of an interface live on a link
// of their own on top of it, a private macvlan, and neighbours learn that link's hardware address,
// which every node of the cluster has. Plain values.
//
// Knows names and what a link is marked with; knows neither the kernel nor who holds the role.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

struct VirtualLink {
  InterfaceName parent;
  MacAddress mac;

  bool operator==(const VirtualLink&) const = default;
};

// Without an address of its own: the same on all nodes, locally administered, one for a cluster as
// VRRP has one for a router id.
MacAddress cluster_mac(std::string_view cluster_id);

// "fw3a-eth1": the cluster's tag and the parent, cut to a digest of it when it is long. A firewall
// names what comes in there by it.
InterfaceName virtual_link_name(std::string_view cluster_id, const InterfaceName& parent);

// How the parent answers ARP (sysctls net.ipv4.conf.PARENT.*).
struct ArpBehaviour {
  std::uint32_t ignore = 0;    // arp_ignore
  std::uint32_t announce = 0;  // arp_announce

  bool operator==(const ArpBehaviour&) const = default;
};

// What the kernel keeps with the link (IFLA_IFALIAS): whose it is, and what its parent's behaviour
// was before, so that whoever finds the link can put it back. The cluster is a digest: its id may
// be longer than the kernel takes.
std::string link_mark(std::string_view cluster_id, const ArpBehaviour& former);

struct LinkMark {
  bool ours = false;  // of this cluster, not of another one
  ArpBehaviour former;
};
// Nothing: no link of any Flywall.
std::optional<LinkMark> read_link_mark(std::string_view cluster_id, std::string_view text);

}  // namespace flywall::netlink
