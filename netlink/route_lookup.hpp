// "Which way to this address?" as an rtnetlink message, there and back: memory in, memory out.
//
// The kernel answers RTM_GETROUTE without taking RTNL (RTNL_FLAG_DOIT_UNLOCKED, since Linux 4.13
// for IPv4 and 4.18 for IPv6).
#pragma once

#include <linux/rtnetlink.h>

#include <array>
#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace flywall::netlink {

struct RouteHop {
  bool usable = false;  // false: told to be unreachable, a black hole, prohibited
  bool local = false;   // an address of this node
  std::uint32_t interface_index = 0;
  IpAddress gateway;  // none: the address is on that network itself
  IpAddress source;   // which the kernel would name; may be none

  bool operator==(const RouteHop&) const = default;
};

struct RouteQuestion {
  nlmsghdr header{};
  rtmsg body{};
  std::array<std::uint8_t, 28> attributes{};  // RTA_DST of 16 bytes, RTA_OIF
  MutableBytes bytes() { return {reinterpret_cast<std::uint8_t*>(this), header.nlmsg_len}; }
};

RouteQuestion route_question(const IpAddress& address, std::uint32_t interface_index);

// RTM_NEWROUTE; nothing when a length is wrong.
std::optional<RouteHop> decode_route_answer(const nlmsghdr& message);

}  // namespace flywall::netlink
