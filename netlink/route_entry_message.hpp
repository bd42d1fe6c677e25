// Routes as rtnetlink messages, there and back: memory in, memory out.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "netlink/route_plan.hpp"

struct nlmsghdr;

namespace flywall::netlink {

// RTM_NEWROUTE (created, never replaced) or RTM_DELROUTE. Answers the bytes written, aligned to 4.
// Precondition: `room` holds kChangeBytes.
std::size_t encode_route_change(const RouteChange& change, std::uint32_t sequence, bool ask_ack,
                                MutableBytes room);

// RTM_NEWROUTE of IPv4 and IPv6 with one next hop.
std::optional<ObservedRoute> decode_route(const nlmsghdr& message);

}  // namespace flywall::netlink
