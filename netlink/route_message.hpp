// Addresses and links as rtnetlink messages, there and back: memory in, memory out, by libnl.
//
// What comes from the kernel is still measured before it is believed: attributes of a wrong length
// make the message undecodable.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "netlink/address_plan.hpp"
#include "netlink/link_state.hpp"

struct nlmsghdr;

namespace flywall::netlink {

// RTM_NEWADDR (created, never replaced) or RTM_DELADDR with `sequence`; asks for an ACK if told so.
// Answers the bytes written, aligned to 4. Precondition: `room` holds kChangeBytes.
std::size_t encode_change(const AddressChange& change, std::uint32_t sequence, bool ask_ack,
                          MutableBytes room);

// RTM_NEWADDR and RTM_DELADDR of IPv4 and IPv6.
std::optional<ObservedAddress> decode_address(const nlmsghdr& message);

// RTM_NEWLINK and RTM_DELLINK of AF_UNSPEC: a port that leaves a bridge sends an RTM_DELLINK of
// AF_BRIDGE, which removes no interface. Allocates nothing.
std::optional<LinkState> decode_link(const nlmsghdr& message);

}  // namespace flywall::netlink
