#include "netlink/route_lookup.hpp"

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <cstring>

namespace flywall::netlink {

namespace {

std::size_t append(RouteQuestion& question, std::size_t used, std::uint16_t type, Bytes value) {
  const auto size = static_cast<std::uint16_t>(RTA_LENGTH(value.size()));
  const rtattr head{size, type};
  std::memcpy(question.attributes.data() + used, &head, sizeof head);
  std::memcpy(question.attributes.data() + used + sizeof head, value.data(), value.size());
  return used + RTA_ALIGN(size);
}

std::optional<IpAddress> address_of(const nlattr* attribute) {
  if (attribute == nullptr) return IpAddress{};
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(attribute));
  return IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(attribute))});
}

}  // namespace

RouteQuestion route_question(const IpAddress& address, std::uint32_t interface_index) {
  RouteQuestion question;
  const auto bits = static_cast<std::uint8_t>(address.size() * 8);
  question.body.rtm_family = address.family == Family::ipv6 ? AF_INET6 : AF_INET;
  question.body.rtm_dst_len = bits;
  std::size_t used = append(question, 0, RTA_DST, address.view());
  if (interface_index != 0) {
    std::array<std::uint8_t, sizeof interface_index> index;
    std::memcpy(index.data(), &interface_index, sizeof interface_index);
    used = append(question, used, RTA_OIF, index);
  }
  question.header.nlmsg_len =
      static_cast<std::uint32_t>(sizeof question.header + sizeof question.body + used);
  question.header.nlmsg_type = RTM_GETROUTE;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  return question;
}

std::optional<RouteHop> decode_route_answer(const nlmsghdr& message) {
  std::array<nlattr*, RTA_MAX + 1> attributes{};
  if (message.nlmsg_type != RTM_NEWROUTE ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof(rtmsg), attributes.data(), RTA_MAX,
                  nullptr) != 0)
    return std::nullopt;
  const auto* body = static_cast<const rtmsg*>(nlmsg_data(&message));
  const auto gateway = address_of(attributes[RTA_GATEWAY]);
  const auto source = address_of(attributes[RTA_PREFSRC]);
  const nlattr* interface = attributes[RTA_OIF];
  if (!gateway || !source) return std::nullopt;
  RouteHop hop{.usable = body->rtm_type == RTN_UNICAST || body->rtm_type == RTN_LOCAL,
               .local = body->rtm_type == RTN_LOCAL,
               .gateway = *gateway,
               .source = *source};
  if (interface != nullptr) {
    if (nla_len(interface) != sizeof hop.interface_index) return std::nullopt;
    std::memcpy(&hop.interface_index, nla_data(interface), sizeof hop.interface_index);
  }
  // The next hop of an IPv4 route may be an IPv6 address (RFC 5549): a gateway all the same.
  if (const nlattr* via = attributes[RTA_VIA]; via != nullptr && nla_len(via) == 18) {
    const auto* bytes = static_cast<const std::uint8_t*>(nla_data(via));
    hop.gateway = IpAddress::from_bytes({bytes + 2, 16}).value_or(IpAddress{});
  }
  return hop;
}

}  // namespace flywall::netlink
