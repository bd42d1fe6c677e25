#include "netlink/virtual_link_message.hpp"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstring>
#include <utility>

#include "netlink/nl_message.hpp"

namespace flywall::netlink {

namespace {

constexpr std::uint8_t kNoLinkLocal = 1;  // IN6_ADDR_GEN_MODE_NONE

class Request {
 public:
  Request(int type, int flags, std::uint32_t index, std::uint32_t wanted_flags = 0,
          std::uint32_t changed_flags = 0)
      : message_(nlmsg_alloc()) {
    FLYWALL_CHECK(message_ != nullptr);
    nlmsghdr* header =
        nlmsg_put(message_.get(), 0, 0, type, sizeof(ifinfomsg), NLM_F_REQUEST | flags);
    FLYWALL_CHECK(header != nullptr);
    ifinfomsg body{};
    body.ifi_index = static_cast<int>(index);
    body.ifi_flags = wanted_flags;
    body.ifi_change = changed_flags;
    std::memcpy(nlmsg_data(header), &body, sizeof body);
  }
  Request& text(int attribute, std::string_view value) {
    return bytes(attribute, std::string(value).c_str(), value.size() + 1);
  }
  Request& number(int attribute, std::uint32_t value) {
    return bytes(attribute, &value, sizeof value);
  }
  Request& bytes(int attribute, const void* value, std::size_t size) {
    FLYWALL_CHECK(nla_put(message_.get(), attribute, static_cast<int>(size), value) == 0);
    return *this;
  }
  // Everything that `fill` adds lies within `attribute`.
  template <class Fill>
  Request& nest(int attribute, Fill fill) {
    nlattr* start = nla_nest_start(message_.get(), attribute);
    FLYWALL_CHECK(start != nullptr);
    fill();
    nla_nest_end(message_.get(), start);
    return *this;
  }
  Request& ipv4(std::initializer_list<std::pair<int, std::uint32_t>> settings) {
    return nest(IFLA_AF_SPEC, [&] {
      nest(AF_INET, [&] {
        nest(IFLA_INET_CONF, [&] {
          for (const auto& [setting, value] : settings) number(setting, value);
        });
      });
    });
  }
  LinkRequest finish() const {
    const nlmsghdr* header = nlmsg_hdr(message_.get());
    const auto* first = reinterpret_cast<const std::uint8_t*>(header);
    return {first, first + NLMSG_ALIGN(header->nlmsg_len)};
  }

 private:
  Message message_;
};

}  // namespace

LinkRequest make_virtual_link(const VirtualLink& link, const InterfaceName& name,
                              std::uint32_t parent_index) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  request.text(IFLA_IFNAME, name.view())
      .number(IFLA_LINK, parent_index)
      .bytes(IFLA_ADDRESS, link.mac.bytes.data(), link.mac.bytes.size())
      .nest(IFLA_LINKINFO, [&] {
        request.text(IFLA_INFO_KIND, "macvlan").nest(IFLA_INFO_DATA, [&] {
          request.number(IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
        });
      });
  return request.finish();
}

LinkRequest settle_virtual_link(const InterfaceName& name, const LinkBehaviour& behaviour) {
  return Request(RTM_SETLINK, 0, 0)
      .text(IFLA_IFNAME, name.view())
      .bytes(IFLA_IFALIAS, behaviour.mark.data(), behaviour.mark.size())
      .ipv4({{IPV4_DEVCONF_ARP_IGNORE, behaviour.arp.ignore},
             {IPV4_DEVCONF_ARP_ANNOUNCE, behaviour.arp.announce},
             {IPV4_DEVCONF_RP_FILTER, behaviour.return_path},
             {IPV4_DEVCONF_FORWARDING, behaviour.forwards ? 1 : 0}})
      .finish();
}

LinkRequest without_own_address(const InterfaceName& name) {
  Request request(RTM_SETLINK, 0, 0);
  request.text(IFLA_IFNAME, name.view()).nest(IFLA_AF_SPEC, [&] {
    request.nest(AF_INET6, [&] {
      request.bytes(IFLA_INET6_ADDR_GEN_MODE, &kNoLinkLocal, sizeof kNoLinkLocal);
    });
  });
  return request.finish();
}

LinkRequest set_arp(std::uint32_t index, const ArpBehaviour& behaviour) {
  return Request(RTM_SETLINK, 0, index)
      .ipv4({{IPV4_DEVCONF_ARP_IGNORE, behaviour.ignore},
             {IPV4_DEVCONF_ARP_ANNOUNCE, behaviour.announce}})
      .finish();
}

LinkRequest set_up(std::uint32_t index, bool up) {
  return Request(RTM_SETLINK, 0, index, up ? IFF_UP : 0, IFF_UP).finish();
}

LinkRequest delete_link(std::uint32_t index) { return Request(RTM_DELLINK, 0, index).finish(); }

std::optional<AliasedLink> decode_aliased_link(const nlmsghdr& message) {
  std::array<nlattr*, IFLA_IFALIAS + 1> attributes{};
  // libnl wants its message writable, but writes nothing.
  if (message.nlmsg_type != RTM_NEWLINK ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof(ifinfomsg), attributes.data(),
                  IFLA_IFALIAS, nullptr) != 0)
    return std::nullopt;
  const nlattr* alias = attributes[IFLA_IFALIAS];
  const nlattr* parent = attributes[IFLA_LINK];
  if (alias == nullptr || (parent != nullptr && nla_len(parent) != sizeof(std::uint32_t)))
    return std::nullopt;
  const auto* body = static_cast<const ifinfomsg*>(nlmsg_data(&message));
  const std::string_view text(static_cast<const char*>(nla_data(alias)),
                              static_cast<std::size_t>(nla_len(alias)));
  return AliasedLink{.index = static_cast<std::uint32_t>(body->ifi_index),
                     .parent_index = parent == nullptr ? 0 : nla_get_u32(parent),
                     .alias = std::string(text.substr(0, text.find('\0')))};
}

}  // namespace flywall::netlink
