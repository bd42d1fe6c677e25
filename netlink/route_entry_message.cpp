#include "netlink/route_entry_message.hpp"

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <array>
#include <cstring>

#include "base/check.hpp"
#include "netlink/limits.hpp"
#include "netlink/nl_message.hpp"

namespace flywall::netlink {

namespace {

void put_number(nl_msg* message, int attribute, std::uint32_t value) {
  if (value != 0) FLYWALL_CHECK(nla_put_u32(message, attribute, value) == 0);
}

rtmsg body_of(const RouteChange& change) {
  const ObservedRoute& route = change.route;
  const bool ipv4 = route.to.address.family == Family::ipv4;
  const bool direct = route.via.family == Family::none;
  rtmsg body{};
  body.rtm_family = ipv4 ? AF_INET : AF_INET6;
  body.rtm_dst_len = route.to.length;
  body.rtm_table = route.table < 256 ? static_cast<std::uint8_t>(route.table)
                                     : static_cast<std::uint8_t>(RT_TABLE_COMPAT);
  body.rtm_protocol = route.tag.value;
  body.rtm_scope = ipv4 && direct ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  body.rtm_type = RTN_UNICAST;
  return body;
}

std::optional<std::uint32_t> read_u32(const nlattr* attribute) {
  if (attribute == nullptr) return 0;
  std::uint32_t value = 0;
  if (nla_len(attribute) != static_cast<int>(sizeof value)) return std::nullopt;
  std::memcpy(&value, nla_data(attribute), sizeof value);
  return value;
}

// Nothing when it is there and not of `family`.
std::optional<IpAddress> read_address(const nlattr* attribute, Family family) {
  if (attribute == nullptr) return IpAddress{};
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(attribute));
  const auto address = IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(attribute))});
  return address && address->family == family ? address : std::nullopt;
}

}  // namespace

std::size_t encode_route_change(const RouteChange& change, std::uint32_t sequence, bool ask_ack,
                                MutableBytes room) {
  const ObservedRoute& route = change.route;
  const int ack = ask_ack ? NLM_F_ACK : 0;
  const int create = change.adds ? NLM_F_CREATE | NLM_F_EXCL : 0;
  Message message(nlmsg_alloc_size(kChangeBytes));
  FLYWALL_CHECK(message != nullptr);
  nlmsghdr* header =
      nlmsg_put(message.get(), 0, sequence, change.adds ? RTM_NEWROUTE : RTM_DELROUTE,
                sizeof(rtmsg), NLM_F_REQUEST | create | ack);
  FLYWALL_CHECK(header != nullptr);
  const rtmsg body = body_of(change);
  std::memcpy(nlmsg_data(header), &body, sizeof body);
  if (route.to.length > 0) put(message.get(), RTA_DST, route.to.address);
  put(message.get(), RTA_GATEWAY, route.via);
  put(message.get(), RTA_PREFSRC, route.source);
  put_number(message.get(), RTA_OIF, route.interface_index);
  put_number(message.get(), RTA_PRIORITY, route.metric);
  put_number(message.get(), RTA_TABLE, route.table);

  header = nlmsg_hdr(message.get());
  const std::size_t size = header->nlmsg_len;
  const std::size_t aligned = (size + 3) & ~std::size_t{3};
  FLYWALL_CHECK(aligned <= room.size());
  std::memset(room.data(), 0, aligned);
  std::memcpy(room.data(), header, size);
  return aligned;
}

std::optional<ObservedRoute> decode_route(const nlmsghdr& message) {
  std::array<nlattr*, RTA_TABLE + 1> attributes{};
  if (message.nlmsg_type != RTM_NEWROUTE ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof(rtmsg), attributes.data(), RTA_TABLE,
                  nullptr) != 0)
    return std::nullopt;
  const auto* body = static_cast<const rtmsg*>(nlmsg_data(&message));
  if (body->rtm_family != AF_INET && body->rtm_family != AF_INET6) return std::nullopt;
  const Family family = body->rtm_family == AF_INET ? Family::ipv4 : Family::ipv6;
  const auto to = read_address(attributes[RTA_DST], family);
  const auto via = read_address(attributes[RTA_GATEWAY], family);
  const auto source = read_address(attributes[RTA_PREFSRC], family);
  const auto interface_index = read_u32(attributes[RTA_OIF]);
  const auto metric = read_u32(attributes[RTA_PRIORITY]);
  const auto table = read_u32(attributes[RTA_TABLE]);
  if (!to || !via || !source || !interface_index || !metric || !table) return std::nullopt;
  ObservedRoute route;
  route.to = {*to, body->rtm_dst_len};
  route.to.address.family = family;
  if (route.to.length > route.to.address.size() * 8) return std::nullopt;
  route.via = *via;
  route.source = *source;
  route.interface_index = *interface_index;
  route.metric = *metric;
  route.table = *table != 0 ? *table : body->rtm_table;
  route.tag = RouteTag{body->rtm_protocol};
  return route;
}

}  // namespace flywall::netlink
