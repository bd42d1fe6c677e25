#include <algorithm>
#include <array>
#include <functional>

#include "daemon/config/binder.hpp"

namespace flywall::config {

namespace {

constexpr std::size_t kGoodSecretSize = 32;
constexpr std::size_t kGoodSecretVariety = 10;  // different bytes
// IPv6 virtual addresses are the next cut.
constexpr bool kIpv6VirtualAddressesBuilt = false;

// Why an address cannot be a virtual one; empty when it can.
std::string_view unfit(const Prefix& prefix) {
  const IpAddress& address = prefix.address;
  const auto all = [&](std::uint8_t value) {
    return std::ranges::all_of(address.view(), [=](std::uint8_t byte) { return byte == value; });
  };
  if (address.family == Family::ipv6 && !kIpv6VirtualAddressesBuilt)
    return "is IPv6, which is not built yet for virtual addresses";
  if (all(0)) return "is no address of a host";
  if (all(255)) return "is the broadcast address";
  if (address.is_loopback()) return "is a loopback address";
  if (address.family == Family::ipv6) return address.bytes[0] == 0xFF ? "is multicast" : "";
  if (address.bytes[0] >= 224) return "is multicast or reserved";
  if (prefix.length == 0) return "needs the length of its network, 1 to 32";
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | address.bytes[i];
  const std::uint32_t hosts = prefix.length == 32 ? 0 : ~std::uint32_t{0} >> prefix.length;
  if (hosts > 1 && (value & hosts) == 0) return "is the address of the network itself";
  if (hosts > 1 && (value & hosts) == hosts) return "is the broadcast address of its network";
  return "";
}

class Rules {
 public:
  Rules(const Bound& bound, Problems& problems)
      : bound_(bound),
        replication_(bound.config.replication),
        ha_(replication_.ha),
        problems_(problems) {}

  void run() {
    if (too_many_peers()) return;
    secrets();
    encryption();
    identity();
    peer_blocks();
    peer_count();
    timers();
    ports();
    links();
    virtual_addresses();
    failback();
    api();
  }

 private:
  Place at(std::string_view path) const {
    return bound_.place(path).value_or(
        bound_.place("replication").value_or(Place{.at = {}, .length = 0}));
  }
  bool has(std::string_view path) const { return bound_.place(path).has_value(); }
  Place indexed(std::string_view path, std::size_t index, std::string_view name = "") const {
    return at(std::string(path) + "[" + std::to_string(index) + "]" + std::string(name));
  }

  bool too_many_peers();
  void secrets();
  void encryption();
  void identity();
  void peer_blocks();
  void peer_count();
  void timers();
  void ports();
  void links();
  void virtual_addresses();
  void virtual_address(std::size_t index);
  void failback();
  void api();

  const Bound& bound_;
  const Replication& replication_;
  const Ha& ha_;
  Problems& problems_;
};

bool Rules::too_many_peers() {
  if (replication_.peer_blocks.size() <= kMaxPeers) return false;
  problems_.error(indexed("replication.peer", kMaxPeers),
                  "more than " + std::to_string(kMaxPeers) + " peers");
  return true;
}

void Rules::secrets() {
  const bool key = has("replication.secret_key");
  if (key && has("replication.secret_key_file"))
    problems_.error(at("replication.secret_key_file"),
                    "give either \"secret_key\" or \"secret_key_file\", not both");
  if (ha_.enabled && bound_.complete && !key && !has("replication.secret_key_file"))
    problems_.error(
        at("replication"),
        "with ha.enabled a \"secret_key\" or \"secret_key_file\" is required: the nodes "
        "recognise each other by it");
  if (!replication_.secret_key.empty())
    check_secret("secret_key", replication_.secret_key, at("replication.secret_key"), problems_);
  if (replication_.previous_secret_key &&
      *replication_.previous_secret_key == replication_.secret_key)
    problems_.warn(at("replication.previous_secret_key"),
                   "\"previous_secret_key\" is the same as \"secret_key\": nothing is rotated");
}

void Rules::encryption() {
  if (!replication_.encryption && !replication_.insecure)
    problems_.error(at("replication.encryption"),
                    "without encryption everybody on the network reads and changes what is "
                    "replicated; if that is meant, add insecure = true");
  else if (!replication_.encryption)
    problems_.warn(at("replication.encryption"), "replication is neither secret nor protected");
  else if (replication_.insecure)
    problems_.warn(at("replication.insecure"), "\"insecure\" does nothing here: encryption is on");
}

void Rules::identity() {
  if (replication_.node_id.empty() || replication_.node_id.view() == "localhost")
    problems_.error(at("replication"),
                    "this machine has no host name of its own: set \"node_id\" to a name that is "
                    "unique in the cluster");
}

void Rules::peer_blocks() {
  std::vector<std::pair<std::string, std::size_t>> hosts;
  for (std::size_t i = 0; i < replication_.peer_blocks.size(); ++i) {
    const PeerBlock& block = replication_.peer_blocks[i];
    const Place label = indexed("replication.peer", i);
    if (block.name.empty()) problems_.error(label, "a peer's label is its node_id, not empty");
    if (block.name == replication_.node_id)
      problems_.error(label, "this is the node's own node_id: a peer is another node");
    for (std::size_t j = 0; j < i; ++j)
      if (replication_.peer_blocks[j].name == block.name)
        problems_.error(label, "two peers of this name: the first is in line " +
                                   std::to_string(indexed("replication.peer", j).at.line));
    for (const std::string& host : block.addresses) {
      const auto same = [&](const auto& known) { return known.first == host; };
      if (const auto known = std::ranges::find_if(hosts, same); known != hosts.end())
        problems_.error(indexed("replication.peer", i, ".addresses"),
                        "\"" + host + "\" stands twice among the addresses of peers");
      hosts.emplace_back(host, i);
    }
  }
}

void Rules::peer_count() {
  if (!has("replication.mode") || !bound_.complete) return;
  const bool given = has("replication.peer_addr") || has("replication.peer_addrs") ||
                     has("replication.primary_addr") || !replication_.peer_blocks.empty();
  const Place mode = at("replication.mode");
  if (replication_.mode == Mode::standalone) {
    if (given)
      problems_.error(mode,
                      "a standalone node has no peers: remove them, or make the mode "
                      "\"primary\" or \"replica\"");
    return;
  }
  const std::size_t count = peers(replication_).size();
  if (count == 0 && given)
    problems_.error(mode, "the only peer has the address of \"listen_addr\", this node's own");
  else if (count == 0 && (ha_.enabled || replication_.mode == Mode::replica))
    problems_.error(mode,
                    "no peer is given: set \"peer_addr\", \"peer_addrs\" or a \"peer\" block, "
                    "or mode = \"standalone\"");
  if (count > kMaxPeers) problems_.error(mode, "more than " + std::to_string(kMaxPeers) + " peers");
  if (count > 1 && ha_.enabled && !has("replication.ha.quorum"))
    problems_.warn(at("replication.ha"),
                   "more than two nodes: the quorum should be a majority, which is not built yet; "
                   "this version takes over on silence alone (quorum = \"none\")");
}

void Rules::timers() {
  if (ha_.failure_timeout && *ha_.failure_timeout <= ha_.heartbeat_interval)
    problems_.error(at("replication.ha.failure_timeout"),
                    "\"failure_timeout\" must be longer than \"heartbeat_interval\", or every "
                    "heartbeat comes too late");
  if (ha_.failure_threshold == 1 && !ha_.failure_timeout)
    problems_.warn(at("replication.ha.failure_threshold"),
                   "with 1, a single late or lost heartbeat is a failover");
  if (has("replication.ha") && !ha_.enabled && bound_.complete)
    problems_.warn(at("replication.ha"),
                   "high availability is configured but not enabled: add enabled = true");
}

void Rules::ports() {
  const bool both = replication_.listen_addr.port == ha_.heartbeat_port && ha_.enabled;
  if (both)
    problems_.error(at(has("replication.ha.heartbeat_port") ? "replication.ha.heartbeat_port"
                                                            : "replication.listen_addr"),
                    "\"heartbeat_port\" and the port of \"listen_addr\" must differ: the heartbeat "
                    "port accepts TCP connections too");
}

void Rules::links() {
  const auto& names = ha_.monitor_links;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      problems_.error(at("replication.ha.monitor_links"),
                      "\"" + names[i] + "\" stands twice among the monitored links");
}

void Rules::virtual_address(std::size_t index) {
  const Prefix& prefix = ha_.virtual_ips[index].address;
  if (prefix.address.family == Family::none) return;  // missing or wrong: reported
  const Place place = indexed("replication.ha.virtual_ip", index, ".address");
  if (const auto reason = unfit(prefix); !reason.empty())
    problems_.error(place, prefix.address.str() + " " + std::string(reason));
  const std::string& own = replication_.listen_addr.host;
  if (!own.empty() && IpAddress::parse(own) == prefix.address)
    problems_.error(place,
                    "this is the node's own address (listen_addr): a virtual address moves "
                    "and must be another one");
  for (const Peer& peer : peers(replication_))
    for (const HostPort& path : peer.heartbeat)
      if (IpAddress::parse(path.host) == prefix.address)
        problems_.error(place,
                        "this is the address of a peer: a virtual address moves and must be "
                        "another one");
}

void Rules::virtual_addresses() {
  if (ha_.virtual_ips.size() > kMaxVirtualAddresses) {
    problems_.error(at("replication.ha"),
                    "more than " + std::to_string(kMaxVirtualAddresses) + " virtual addresses");
    return;
  }
  std::map<IpAddress, std::size_t> seen;
  for (std::size_t i = 0; i < ha_.virtual_ips.size(); ++i) {
    virtual_address(i);
    const IpAddress& address = ha_.virtual_ips[i].address.address;
    if (address.family == Family::none) continue;
    const auto [first, is_new] = seen.emplace(address, i);
    if (!is_new)
      problems_.error(
          indexed("replication.ha.virtual_ip", i, ".address"),
          "the virtual address " + address.str() + " stands twice: the first is in line " +
              std::to_string(
                  indexed("replication.ha.virtual_ip", first->second, ".address").at.line));
  }
  if (ha_.enabled && ha_.virtual_ips.empty() && bound_.complete)
    problems_.warn(at("replication.ha"), "there is no \"virtual_ip\": a takeover moves no address");
}

void Rules::failback() {
  if (ha_.failback_mode == FailbackMode::disabled) return;
  static constexpr std::array<std::string_view, 3> kNames{"replication.ha.failback_mode",
                                                          "replication.ha.failback_delay",
                                                          "replication.ha.failback_window"};
  for (std::string_view name : kNames) {
    if (!has(name)) continue;
    problems_.warn(at(name), "failback comes later; this version never fails back by itself");
    return;
  }
}

void Rules::api() {
  const auto& listen = bound_.config.api.listen;
  const auto address = listen ? IpAddress::parse(listen->host) : std::nullopt;
  if (listen && (!address || !address->is_loopback()))
    problems_.warn(at("api.listen"),
                   "the API will be reachable from other machines, without TLS (not built yet): "
                   "answers and the token cross the network in clear");
}

}  // namespace

void check_rules(const Bound& bound, Problems& problems) { Rules(bound, problems).run(); }

void check_secret(std::string_view setting, const Secret& secret, Place place, Problems& problems) {
  std::array<bool, 256> seen{};
  for (char c : secret.reveal()) seen[static_cast<unsigned char>(c)] = true;
  const auto variety = static_cast<std::size_t>(std::ranges::count(seen, true));
  if (secret.reveal().size() >= kGoodSecretSize && variety >= kGoodSecretVariety) return;
  problems.warn(place, "\"" + std::string(setting) +
                           "\" can be guessed: fewer than 32 random bytes; "
                           "`openssl rand -base64 32` makes a good one");
}

}  // namespace flywall::config
