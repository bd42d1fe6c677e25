#include <algorithm>

#include "daemon/config/rules.hpp"

namespace flywall::config {

namespace {

// One setting's word on a port of a host.
struct GivenPort {
  std::string setting;
  std::string host;
  std::uint16_t port = 0;
};

std::string too_many() {
  return "more than " + std::to_string(kMaxPeers) + " peers: a cluster has at most " +
         std::to_string(kMaxPeers + 1) + " nodes";
}

class PeerRules {
 public:
  explicit PeerRules(const Rules& rules)
      : rules_(rules),
        bound_(rules.bound),
        replication_(rules.replication()),
        ha_(rules.ha()),
        problems_(rules.problems) {}

  // False: too much is wrong for the other rules.
  bool run() {
    if (too_many_peers()) return false;
    peer_blocks();
    peer_count();
    check_ports(heartbeat_ports(), ha_.heartbeat_port);
    check_ports(replication_ports(), replication_.listen_addr.port.value_or(0));
    return true;
  }

 private:
  Place at(std::string_view path) const { return rules_.at(path); }
  bool has(std::string_view path) const { return rules_.has(path); }
  Place indexed(std::string_view path, std::size_t index, std::string_view name = "") const {
    return rules_.indexed(path, index, name);
  }

  bool too_many_peers();
  void peer_blocks();
  void peer_count();
  Place at_first_peer() const;
  std::vector<GivenPort> ports_in_blocks(std::string_view setting,
                                         std::optional<std::uint16_t> PeerBlock::* port) const;
  std::vector<GivenPort> heartbeat_ports() const;
  std::vector<GivenPort> replication_ports() const;
  void check_ports(const std::vector<GivenPort>& all, std::uint16_t standard);

  const Rules& rules_;
  const Bound& bound_;
  const Replication& replication_;
  const Ha& ha_;
  Problems& problems_;
};

bool PeerRules::too_many_peers() {
  if (replication_.peer_blocks.size() <= kMaxPeers) return false;
  problems_.error(indexed("replication.peer", kMaxPeers), too_many());
  return true;
}

void PeerRules::peer_blocks() {
  std::vector<std::pair<std::string, std::size_t>> hosts;
  for (std::size_t i = 0; i < replication_.peer_blocks.size(); ++i) {
    const PeerBlock& block = replication_.peer_blocks[i];
    const Place label = indexed("replication.peer", i);
    if (block.name == replication_.node_id)
      problems_.error(label, "this is the node's own node_id: a peer is another node");
    for (std::size_t j = 0; j < i; ++j)
      if (replication_.peer_blocks[j].name == block.name)
        problems_.error(label, "two peers of this name: the first is " +
                                   bound_.where(indexed("replication.peer", j), label));
    for (const std::string& host : block.addresses) {
      const auto same = [&](const auto& known) { return known.first == host; };
      if (const auto known = std::ranges::find_if(hosts, same); known != hosts.end())
        problems_.error(indexed("replication.peer", i, ".addresses"),
                        "\"" + host + "\" stands twice among the addresses of peers");
      hosts.emplace_back(host, i);
    }
  }
}

void PeerRules::peer_count() {
  if (!has("replication.mode") || !bound_.complete("replication")) return;
  const bool given = has("replication.peer_addr") || has("replication.peer_addrs") ||
                     has("replication.primary_addr") || !replication_.peer_blocks.empty();
  const Place mode = at("replication.mode");
  if (replication_.mode == Mode::standalone || replication_.mode == Mode::witness) {
    if (given)
      problems_.error(at_first_peer(),
                      "a " + std::string(name(replication_.mode)) +
                          " node has no peers: remove this, or make the mode \"primary\" or "
                          "\"replica\"");
    return;
  }
  const std::size_t count = peers(replication_).size();
  if (count == 0 && given)
    problems_.error(at_first_peer(),
                    "this is the address of \"listen_addr\", this node's own, and "
                    "there is no other peer");
  else if (count == 0 && (ha_.enabled || replication_.mode == Mode::replica))
    problems_.error(mode,
                    "no peer is given: set \"peer_addr\", \"peer_addrs\" or a \"peer\" block, "
                    "or mode = \"standalone\"");
  if (count > kMaxPeers) problems_.error(mode, too_many());
  if (ha_.quorum == Quorum::majority && ha_.enabled && count == 1 && ha_.witnesses.empty())
    problems_.warn(at("replication.ha.quorum"),
                   "a majority of two nodes is both: when one of them dies, nobody serves; add a "
                   "witness or a third node");
}

// Where the first of them stands; precondition: there is one.
Place PeerRules::at_first_peer() const {
  for (const char* path :
       {"replication.peer_addr", "replication.peer_addrs", "replication.peer[0]"})
    if (has(path)) return at(path);
  return at("replication.primary_addr");
}

std::vector<GivenPort> PeerRules::ports_in_blocks(
    std::string_view setting, std::optional<std::uint16_t> PeerBlock::* port) const {
  std::vector<GivenPort> all;
  for (std::size_t i = 0; i < replication_.peer_blocks.size(); ++i) {
    const PeerBlock& block = replication_.peer_blocks[i];
    if (!(block.*port)) continue;
    for (const std::string& host : block.addresses)
      all.push_back({"replication.peer[" + std::to_string(i) + "]." + std::string(setting), host,
                     *(block.*port)});
  }
  return all;
}

std::vector<GivenPort> PeerRules::heartbeat_ports() const {
  auto all = ports_in_blocks("heartbeat_port", &PeerBlock::heartbeat_port);
  if (const auto& peer = replication_.peer_addr)
    all.push_back({"replication.peer_addr", peer->host, peer->port.value_or(0)});
  return all;
}

std::vector<GivenPort> PeerRules::replication_ports() const {
  auto all = ports_in_blocks("replication_port", &PeerBlock::replication_port);
  for (const HostPort& peer : replication_.peer_addrs)
    all.push_back({"replication.peer_addrs", peer.host, peer.port.value_or(0)});
  if (const auto& primary = replication_.primary_addr)
    all.push_back({"replication.primary_addr", primary->host, primary->port.value_or(0)});
  return all;
}

// One host with two ports: whoever wrote it meant one of them. A host without a port has the
// `standard` one by now and contradicts nobody.
void PeerRules::check_ports(const std::vector<GivenPort>& all, std::uint16_t standard) {
  for (auto later = all.begin(); later != all.end(); ++later) {
    const auto same = [&](const GivenPort& each) { return same_host(each.host, later->host); };
    const auto first = std::find_if(all.begin(), later, same);
    if (first == later) continue;
    const Place place = at(later->setting);
    const bool twice = first->port == later->port;
    if (twice && first->setting == later->setting && later->setting == "replication.peer_addrs")
      problems_.error(place, "\"" + later->host + "\" stands twice in this list");
    if (twice || first->port == standard || later->port == standard) continue;
    problems_.error(place, "\"" + later->host + "\" has port " + std::to_string(later->port) +
                               " here and " + std::to_string(first->port) + " " +
                               bound_.where(at(first->setting), place));
  }
}

}  // namespace

bool check_peers(const Rules& rules) { return PeerRules(rules).run(); }

}  // namespace flywall::config
