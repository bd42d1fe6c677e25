// Addresses that the kernel takes back by itself: where it has no fence (fence.hpp), what carries
// our tag is given a lifetime in whole seconds and renewed while its holder may serve. A process
// that is killed or frozen renews nothing.
//
// Much slower than the fence, and blind to what is forwarded: the kernel looks once a second.
//
// Knows a tag; knows no role, no deadline, no time. Only addresses whose tag the kernel shows
// (Linux >= 5.18).
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "netlink/route_socket.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

class LentAddresses {
 public:
  // In the network namespace of the calling thread; needs CAP_NET_ADMIN. Errors: denied,
  // unavailable.
  static Result<LentAddresses> create(AddressTag tag);

  // Everything with the tag lives kLentSeconds from now: how many addresses. Errors: unavailable;
  // internal, when some could not be renewed.
  Result<std::uint32_t> renew();

 private:
  LentAddresses(AddressTag tag, RouteSocket route) : tag_(tag), route_(std::move(route)) {}

  AddressTag tag_;
  RouteSocket route_;
};

}  // namespace flywall::netlink
