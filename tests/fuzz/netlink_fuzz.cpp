// Any bytes as one datagram of the kernel: walked message by message, each given to every decoder.
// What is believed obeys the rules and comes back the same when it is written again.
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "base/check.hpp"
#include "netlink/kernel_answers.hpp"
#include "netlink/limits.hpp"
#include "netlink/neighbour_dump.hpp"
#include "netlink/route_entry_message.hpp"
#include "netlink/route_message.hpp"

namespace {

using namespace flywall;
using namespace flywall::netlink;

struct Room {
  alignas(nlmsghdr) std::array<std::uint8_t, kChangeBytes> bytes{};
  const nlmsghdr& message() const { return *reinterpret_cast<const nlmsghdr*>(bytes.data()); }
};

bool is_in_bounds(const Prefix& prefix) {
  return prefix.address.family != Family::none && prefix.length <= prefix.address.size() * 8;
}

void read_route(const nlmsghdr& message) {
  const auto route = decode_route(message);
  if (!route) return;
  FLYWALL_CHECK(is_in_bounds(route->to));
  const auto fits = [&](const IpAddress& address) {
    return address.family == Family::none || address.family == route->to.address.family;
  };
  FLYWALL_CHECK(fits(route->via) && fits(route->source));
  Room room;
  encode_route_change({true, *route}, 1, true, room.bytes);
  auto again = decode_route(room.message());
  FLYWALL_CHECK(again);
  if (route->to.length == 0) again->to.address = route->to.address;
  FLYWALL_CHECK(again == route);
}

void read_neighbour(const nlmsghdr& message) {
  const auto neighbour = decode_neighbour(message);
  if (!neighbour) return;
  FLYWALL_CHECK(neighbour->interface_index > 0 && neighbour->confirmed_ago >= Duration::zero());
  const auto* body = static_cast<const ndmsg*>(nlmsg_data(&message));
  const bool ipv6 = neighbour->address.family == Family::ipv6;
  FLYWALL_CHECK(ipv6 == (body->ndm_family == AF_INET6));
}

void read_address(const nlmsghdr& message) {
  const auto address = decode_address(message);
  if (!address) return;
  FLYWALL_CHECK(is_in_bounds(address->prefix));
  Room room;
  encode_change({ChangePurpose::claim, *address}, 1, true, room.bytes);
  const auto again = decode_address(room.message());
  FLYWALL_CHECK(again && again->prefix == address->prefix && again->peer == address->peer);
}

void read_link(const nlmsghdr& message) {
  const auto link = decode_link(message);
  if (link) FLYWALL_CHECK(link->index > 0 && !link->name.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // Exactly as large as the datagram, so that a sanitizer sees every byte read behind its end.
  const auto copy = std::make_unique<std::uint8_t[]>(size);
  std::copy_n(bytes, size, copy.get());
  each_message({copy.get(), size}, [](const nlmsghdr& message) {
    if (message.nlmsg_type == NLMSG_ERROR) FLYWALL_CHECK(verdict(message) >= 0);
    read_route(message);
    read_neighbour(message);
    read_address(message);
    read_link(message);
    return true;
  });
  return 0;
}
