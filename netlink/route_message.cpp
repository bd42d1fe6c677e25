#include "netlink/route_message.hpp"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.hpp"
#include "netlink/limits.hpp"
#include "netlink/nl_message.hpp"

namespace flywall::netlink {

namespace {

// Not in the headers of kernels before 5.18, nor in libnl 3.7.
constexpr int kAttributeProto = 11;
constexpr int kAttributeRouteMetric = 9;
// What the kernel computes by itself.
constexpr std::uint32_t kComputedFlags =
    IFA_F_SECONDARY | IFA_F_PERMANENT | IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;

void put_attributes(nl_msg* message, const ObservedAddress& address, bool adds) {
  put(message, IFA_LOCAL, address.prefix.address);
  const bool pointed = address.peer.family != Family::none;
  put(message, IFA_ADDRESS, pointed ? address.peer : address.prefix.address);
  const bool ipv4 = address.prefix.address.family == Family::ipv4;
  if (ipv4 && !address.label.empty())
    FLYWALL_CHECK(nla_put_string(message, IFA_LABEL, address.label.str().c_str()) == 0);
  if (!adds) return;
  put(message, IFA_BROADCAST, address.broadcast);
  FLYWALL_CHECK(nla_put_u32(message, IFA_FLAGS, address.flags & ~kComputedFlags) == 0);
  if (address.tag.value != 0)
    FLYWALL_CHECK(nla_put_u8(message, kAttributeProto, address.tag.value) == 0);
  if (address.route_metric != 0)
    FLYWALL_CHECK(nla_put_u32(message, kAttributeRouteMetric, address.route_metric) == 0);
  if (address.valid_seconds == ObservedAddress::kForever) return;
  const ifa_cacheinfo lifetime{address.preferred_seconds, address.valid_seconds, 0, 0};
  FLYWALL_CHECK(nla_put(message, IFA_CACHEINFO, sizeof lifetime, &lifetime) == 0);
}

std::optional<IpAddress> read_address(const nlattr* attribute) {
  if (attribute == nullptr) return IpAddress{};
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(attribute));
  return IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(attribute))});
}

std::optional<InterfaceName> read_name(const nlattr* attribute) {
  if (attribute == nullptr) return InterfaceName{};
  const std::string_view text(static_cast<const char*>(nla_data(attribute)),
                              static_cast<std::size_t>(nla_len(attribute)));
  const std::string_view name = text.substr(0, text.find('\0'));
  if (!InterfaceName::fits(name)) return std::nullopt;
  return InterfaceName::cut(name);
}

// A fixed-size value; nothing when the attribute is missing or shorter.
template <class T>
std::optional<T> read_value(const nlattr* attribute) {
  if (attribute == nullptr || nla_len(attribute) < static_cast<int>(sizeof(T))) return std::nullopt;
  T value;
  std::memcpy(&value, nla_data(attribute), sizeof value);
  return value;
}

template <std::size_t Count>
using Attributes = std::array<nlattr*, Count>;

// libnl wants its message writable, but writes nothing.
template <std::size_t Count>
bool parse(const nlmsghdr& message, int header_bytes, Attributes<Count>& attributes) {
  auto* writable = const_cast<nlmsghdr*>(&message);
  return nlmsg_parse(writable, header_bytes, attributes.data(), static_cast<int>(Count) - 1,
                     nullptr) == 0;
}

bool read_addresses(const Attributes<kAttributeProto + 1>& attributes, ObservedAddress& result) {
  const auto address = read_address(attributes[IFA_ADDRESS]);
  const auto local = read_address(attributes[IFA_LOCAL]);
  const auto broadcast = read_address(attributes[IFA_BROADCAST]);
  if (!address || !local || !broadcast || address->family == Family::none) return false;
  const bool has_local = local->family != Family::none;
  result.prefix.address = has_local ? *local : *address;
  if (has_local && *local != *address) result.peer = *address;
  result.broadcast = *broadcast;
  return result.prefix.length <= result.prefix.address.size() * 8;
}

}  // namespace

std::size_t encode_change(const AddressChange& change, std::uint32_t sequence, bool ask_ack,
                          MutableBytes room) {
  const ObservedAddress& address = change.address;
  const int ack = ask_ack ? NLM_F_ACK : 0;
  const int makes =
      change.purpose == ChangePurpose::renew ? NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL;
  const int create = change.adds() ? makes : 0;
  Message message(nlmsg_alloc_size(kChangeBytes));
  FLYWALL_CHECK(message != nullptr);
  nlmsghdr* header =
      nlmsg_put(message.get(), 0, sequence, change.adds() ? RTM_NEWADDR : RTM_DELADDR,
                sizeof(ifaddrmsg), NLM_F_REQUEST | create | ack);
  FLYWALL_CHECK(header != nullptr);
  auto* body = static_cast<ifaddrmsg*>(nlmsg_data(header));
  *body = ifaddrmsg{};
  body->ifa_family = address.prefix.address.family == Family::ipv6 ? AF_INET6 : AF_INET;
  body->ifa_prefixlen = address.prefix.length;
  body->ifa_scope = address.scope;
  body->ifa_index = address.interface_index;
  put_attributes(message.get(), address, change.adds());

  header = nlmsg_hdr(message.get());
  const std::size_t size = header->nlmsg_len;
  const std::size_t aligned = (size + 3) & ~std::size_t{3};
  FLYWALL_CHECK(aligned <= room.size());
  std::memset(room.data(), 0, aligned);
  std::memcpy(room.data(), header, size);
  return aligned;
}

std::optional<ObservedAddress> decode_address(const nlmsghdr& message) {
  const bool right_type = message.nlmsg_type == RTM_NEWADDR || message.nlmsg_type == RTM_DELADDR;
  Attributes<kAttributeProto + 1> attributes{};
  if (!right_type || !parse(message, sizeof(ifaddrmsg), attributes)) return std::nullopt;
  const auto* body = static_cast<const ifaddrmsg*>(nlmsg_data(&message));
  ObservedAddress result;
  result.interface_index = body->ifa_index;
  result.prefix.length = body->ifa_prefixlen;
  result.scope = body->ifa_scope;
  if (!read_addresses(attributes, result)) return std::nullopt;
  const auto label = read_name(attributes[IFA_LABEL]);
  if (!label) return std::nullopt;
  result.label = *label;
  result.flags = read_value<std::uint32_t>(attributes[IFA_FLAGS]).value_or(body->ifa_flags);
  result.tag.value = read_value<std::uint8_t>(attributes[kAttributeProto]).value_or(0);
  result.route_metric = read_value<std::uint32_t>(attributes[kAttributeRouteMetric]).value_or(0);
  if (const auto lifetime = read_value<ifa_cacheinfo>(attributes[IFA_CACHEINFO])) {
    result.preferred_seconds = lifetime->ifa_prefered;
    result.valid_seconds = lifetime->ifa_valid;
  }
  return result;
}

std::optional<LinkState> decode_link(const nlmsghdr& message) {
  const bool right_type = message.nlmsg_type == RTM_NEWLINK || message.nlmsg_type == RTM_DELLINK;
  Attributes<IFLA_IFNAME + 1> attributes{};
  if (!right_type || !parse(message, sizeof(ifinfomsg), attributes)) return std::nullopt;
  const auto* body = static_cast<const ifinfomsg*>(nlmsg_data(&message));
  const auto name = read_name(attributes[IFLA_IFNAME]);
  if (body->ifi_family != AF_UNSPEC || body->ifi_index <= 0 || !name || name->empty())
    return std::nullopt;
  LinkState link;
  link.index = static_cast<std::uint32_t>(body->ifi_index);
  link.name = *name;
  link.removed = message.nlmsg_type == RTM_DELLINK;
  link.admin_up = (body->ifi_flags & IFF_UP) != 0;
  link.carrier = (body->ifi_flags & IFF_LOWER_UP) != 0;
  link.running = (body->ifi_flags & IFF_RUNNING) != 0;
  if (const nlattr* mac = attributes[IFLA_ADDRESS]) {
    const auto length = static_cast<std::size_t>(nla_len(mac));
    link.hardware_length = static_cast<std::uint8_t>(std::min<std::size_t>(length, 255));
    const bool ethernet = body->ifi_type == ARPHRD_ETHER && length == link.mac.bytes.size();
    if (ethernet) std::memcpy(link.mac.bytes.data(), nla_data(mac), link.mac.bytes.size());
    if (!ethernet && length == link.mac.bytes.size()) link.hardware_length = 0;
  }
  return link;
}

}  // namespace flywall::netlink
