// What is wanted, what the kernel shows, and how ours are told from others': plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "base/address.hpp"
#include "base/inline_text.hpp"

namespace flywall::netlink {

// IFNAMSIZ - 1 bytes.
using InterfaceName = InlineText<15>;

// One `virtual_ip` block. `label` may be empty: the kernel then uses the interface's name. IPv6 has
// no labels.
struct VirtualAddress {
  Prefix prefix;
  InterfaceName interface;
  InterfaceName label;
  bool arp_ping = false;
  bool gratuitous_arp = true;

  bool operator==(const VirtualAddress&) const = default;
};

// The byte that marks an address as ours: attribute IFA_PROTO (11) of an address, kept by Linux >=
// 5.18 and given back in dumps (net/ipv4/devinet.c). Derived from the cluster id, so that two
// clusters on one host do not remove each other's addresses; 16..255: the kernel uses 1..3 and may
// use a few more (include/uapi/linux/if_addr.h).
struct AddressTag {
  std::uint8_t value = 0;
  constexpr auto operator<=>(const AddressTag&) const = default;
};

AddressTag address_tag(std::string_view cluster_id);

// One address as the kernel shows it, with everything needed to add it again as it was.
struct ObservedAddress {
  static constexpr std::uint32_t kForever = 0xffffffff;

  std::uint32_t interface_index = 0;
  Prefix prefix;   // IFA_LOCAL
  IpAddress peer;  // IFA_ADDRESS of a point-to-point address; none when equal to the address
  IpAddress broadcast;
  InterfaceName label;
  AddressTag tag;                  // zero: none, or a kernel older than 5.18
  std::uint8_t scope = 0;          // RT_SCOPE_UNIVERSE
  std::uint32_t flags = 0;         // IFA_F_*
  std::uint32_t route_metric = 0;  // IFA_RT_PRIORITY
  std::uint32_t preferred_seconds = kForever;
  std::uint32_t valid_seconds = kForever;

  bool operator==(const ObservedAddress&) const = default;
  // IPv4 only: lives as long as a primary address of the same network does. (In IPv6 the same bit
  // means a privacy address.)
  bool secondary() const;
  // Of one network in the sense of inet_ifa_match: same interface, length and network.
  bool same_network(const ObservedAddress& other) const;
};

}  // namespace flywall::netlink
