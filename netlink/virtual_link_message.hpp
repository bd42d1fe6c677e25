// Requests that make, mark and delete a virtual link: memory in, memory out, by libnl. Sequence
// numbers and the wish for an ACK are filled in by RouteSocket.
//
// The IPv4 settings travel in the same messages (IFLA_INET_CONF): unlike /proc/sys they can be
// written where the service manager protects the kernel's tunables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netlink/virtual_link.hpp"

struct nlmsghdr;

namespace flywall::netlink {

using LinkRequest = std::vector<std::uint8_t>;

// A private macvlan, down.
LinkRequest make_virtual_link(const VirtualLink& link, const InterfaceName& name,
                              std::uint32_t parent_index);

// What the new link must be before it comes up.
struct LinkBehaviour {
  std::string mark;
  ArpBehaviour arp;
  std::uint32_t return_path = 0;  // rp_filter
  bool forwards = false;          // IPv4
};
LinkRequest settle_virtual_link(const InterfaceName& name, const LinkBehaviour& behaviour);
// It gets no IPv6 address by itself. Refused by a kernel without IPv6.
LinkRequest without_own_address(const InterfaceName& name);

LinkRequest set_arp(std::uint32_t index, const ArpBehaviour& behaviour);
LinkRequest set_up(std::uint32_t index, bool up);
LinkRequest delete_link(std::uint32_t index);

// A link that carries an alias, as RTM_NEWLINK tells it.
struct AliasedLink {
  std::uint32_t index = 0;
  std::uint32_t parent_index = 0;
  std::string alias;
};
std::optional<AliasedLink> decode_aliased_link(const nlmsghdr& message);

}  // namespace flywall::netlink
