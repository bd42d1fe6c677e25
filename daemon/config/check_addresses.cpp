#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "daemon/config/rules.hpp"
#include "daemon/config/schema.hpp"

namespace flywall::config {

namespace {

std::string_view unfit_ipv6(const IpAddress& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (address.bytes[0] == 0xFF) return "is multicast";
  return std::ranges::equal(kMapped, std::span(address.bytes).first<12>())
             ? "is an IPv4 address in IPv6 form: write it as IPv4"
             : "";
}

// Why an address cannot be a virtual one; empty when it can.
std::string_view unfit(const Prefix& prefix) {
  const IpAddress& address = prefix.address;
  const auto all = [&](std::uint8_t value) {
    return std::ranges::all_of(address.view(), [=](std::uint8_t byte) { return byte == value; });
  };
  if (all(0)) return "is no address of a host";
  if (all(255)) return "is the broadcast address";
  if (address.is_loopback()) return "is a loopback address";
  if (prefix.length == 0) return "needs the length of its network, 1 to 32 or 128";
  if (address.family == Family::ipv6) return unfit_ipv6(address);
  if (address.bytes[0] >= 224) return "is multicast or reserved";
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | address.bytes[i];
  const std::uint32_t hosts = prefix.length == 32 ? 0 : ~std::uint32_t{0} >> prefix.length;
  if (hosts > 1 && (value & hosts) == 0) return "is the address of the network itself";
  if (hosts > 1 && (value & hosts) == hosts) return "is the broadcast address of its network";
  return "";
}

class AddressRules {
 public:
  explicit AddressRules(const Rules& rules) : rules_(rules), ha_(rules.ha()) {}

  void run() {
    virtual_addresses();
    if (ha_.virtual_routes.size() > kMaxVirtualRoutes)
      rules_.error(rules_.at("replication.ha"),
                   "more than " + std::to_string(kMaxVirtualRoutes) + " virtual routes");
    else
      for (std::size_t i = 0; i < ha_.virtual_routes.size(); ++i) route(i);
    macs();
  }

 private:
  void virtual_address(std::size_t index);
  void label(std::size_t index);
  void virtual_addresses();
  void route(std::size_t index);
  void macs();

  const Rules& rules_;
  const Ha& ha_;
};

void AddressRules::virtual_address(std::size_t index) {
  const Prefix& prefix = ha_.virtual_ips[index].address;
  if (prefix.address.family == Family::none) return;  // missing or wrong: reported
  const Place place = rules_.indexed("replication.ha.virtual_ip", index, ".address");
  if (const auto reason = unfit(prefix); !reason.empty())
    rules_.error(place, prefix.address.str() + " " + std::string(reason));
  const std::string& own = rules_.replication().listen_addr.host;
  if (!own.empty() && IpAddress::parse(own) == prefix.address)
    rules_.error(place,
                 "this is the node's own address (listen_addr): a virtual address moves "
                 "and must be another one");
  for (const Peer& peer : peers(rules_.replication()))
    for (const HostPort& path : peer.heartbeat)
      if (IpAddress::parse(path.host) == prefix.address)
        rules_.error(place,
                     "this is the address of a peer: a virtual address moves and must be "
                     "another one");
}

void AddressRules::label(std::size_t index) {
  const VirtualIp& virtual_ip = ha_.virtual_ips[index];
  if (virtual_ip.label.empty() || virtual_ip.address.address.family == Family::none) return;
  const Place place = rules_.indexed("replication.ha.virtual_ip", index, ".label");
  if (virtual_ip.address.address.family == Family::ipv6)
    rules_.warn(place, "Linux labels IPv4 addresses only: this label is not set");
}

void AddressRules::virtual_addresses() {
  if (ha_.virtual_ips.size() > kMaxVirtualAddresses) {
    rules_.error(rules_.at("replication.ha"),
                 "more than " + std::to_string(kMaxVirtualAddresses) + " virtual addresses");
    return;
  }
  std::map<std::pair<IpAddress, std::string>, std::size_t> seen;
  for (std::size_t i = 0; i < ha_.virtual_ips.size(); ++i) {
    virtual_address(i);
    label(i);
    const IpAddress& address = ha_.virtual_ips[i].address.address;
    if (address.family == Family::none) continue;
    // A link-local address may stand on each interface.
    const std::string scope = address.is_link_local() ? ha_.virtual_ips[i].interface : "";
    const auto [first, is_new] = seen.emplace(std::pair(address, scope), i);
    const Place place = rules_.indexed("replication.ha.virtual_ip", i, ".address");
    if (!is_new)
      rules_.error(place, "the virtual address " + address.str() + " stands twice: the first is " +
                              rules_.bound.where(rules_.indexed("replication.ha.virtual_ip",
                                                                first->second, ".address"),
                                                 place));
  }
  if (ha_.enabled && ha_.virtual_ips.empty() && rules_.bound.complete("replication.ha"))
    rules_.warn(rules_.at("replication.ha"),
                "there is no \"virtual_ip\": a takeover moves no address");
}

void AddressRules::route(std::size_t index) {
  const VirtualRoute& route = ha_.virtual_routes[index];
  const Family family = route.to.address.family;
  if (family == Family::none) return;  // missing or wrong: reported
  const auto place = [&](std::string_view name) {
    return rules_.indexed("replication.ha.virtual_route", index, name);
  };
  if (!route.via && route.interface.empty() &&
      rules_.complete("replication.ha.virtual_route", index))
    rules_.error(place(""), "a route needs \"via\", \"interface\" or both");
  for (const auto& [name, address] :
       {std::pair(".via", route.via), std::pair(".source", route.source)})
    if (address && address->family != family)
      rules_.error(place(name),
                   address->str() + " and " + route.to.str() + " are not both IPv4 or both IPv6");
  if (route.via && route.via->is_link_local() && family == Family::ipv6 && route.interface.empty())
    rules_.error(place(".via"), "a link-local gateway needs \"interface\"");
  for (std::size_t i = 0; i < index; ++i) {
    const VirtualRoute& other = ha_.virtual_routes[i];
    if (std::tie(other.to, other.metric, other.table) ==
        std::tie(route.to, route.metric, route.table))
      rules_.error(place(".to"),
                   "two routes to " + route.to.str() +
                       " with one metric in one table: the first is " +
                       rules_.bound.where(rules_.indexed("replication.ha.virtual_route", i, ".to"),
                                          place(".to")));
  }
}

void AddressRules::macs() {
  for (std::size_t i = 0; i < ha_.virtual_macs.size(); ++i) {
    const VirtualMac& mac = ha_.virtual_macs[i];
    const Place place = rules_.indexed("replication.ha.virtual_mac", i, ".interface");
    for (std::size_t j = 0; j < i; ++j)
      if (ha_.virtual_macs[j].interface == mac.interface && !mac.interface.empty())
        rules_.error(place,
                     "\"" + mac.interface + "\" has a virtual hardware address already, " +
                         rules_.bound.where(
                             rules_.indexed("replication.ha.virtual_mac", j, ".interface"), place));
    if (mac.address && (mac.address->bytes[0] & 1 || *mac.address == MacAddress{}))
      rules_.error(rules_.indexed("replication.ha.virtual_mac", i, ".address"),
                   mac.address->str() + " is not the address of one station");
  }
}

}  // namespace

void check_addresses(const Rules& rules) { AddressRules(rules).run(); }

}  // namespace flywall::config
