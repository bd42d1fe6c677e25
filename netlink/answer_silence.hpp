// The old primary's silence in a planned handover (E9): while this object lives, the kernel holds
// the addresses, answers and forwards what still arrives, but says nothing about where they are: no
// answer to ARP or neighbour solicitation for them, none of its own naming one of them as sender.
// (One such packet would teach a neighbour our hardware address again.)
//
// Knows addresses; knows no interface, no role, no time. Two nftables tables, in the families arp
// and ip6, named after the cluster's tag, with the flag "owner" (Linux >= 5.12): the kernel removes
// them when the socket closes, so nothing is left behind however this process ends, and nobody's
// `nft flush ruleset` opens them meanwhile. (arp_ignore = 8 was the other choice: it also silences
// the node's own addresses, has no sibling for IPv6, and stays after a crash.)
#pragma once

#include <span>

#include "base/address.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

class AnswerSilence {
 public:
  // In the network namespace of the calling thread; needs CAP_NET_ADMIN. All or nothing: on an
  // error every address still answers. At most kMaxVirtualAddresses. Errors: denied, unavailable,
  // invalid (no nftables in this kernel, or older than 5.12).
  static Result<AnswerSilence> create(AddressTag tag, std::span<const IpAddress> addresses);

 private:
  explicit AnswerSilence(Descriptor socket) : socket_(std::move(socket)) {}

  Descriptor socket_;
};

}  // namespace flywall::netlink
