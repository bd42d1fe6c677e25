#include <algorithm>

#include "daemon/config/config.hpp"

namespace flywall::config {

namespace {

// A peer under construction: ports that nobody gave yet are absent.
struct Draft {
  NodeId name;
  std::vector<std::string> hosts;
  std::optional<std::uint16_t> heartbeat_port;
  std::optional<std::uint16_t> replication_port;
};

class Roster {
 public:
  explicit Roster(const Replication& replication) : replication_(replication) {}

  Draft& at_host(const std::string& host) {
    for (Draft& draft : drafts_)
      if (std::ranges::any_of(draft.hosts, [&](auto& own) { return same_host(own, host); }))
        return draft;
    drafts_.push_back(
        Draft{.name = {}, .hosts = {host}, .heartbeat_port = {}, .replication_port = {}});
    return drafts_.back();
  }
  void add(const PeerBlock& block) {
    drafts_.push_back(
        Draft{block.name, block.addresses, block.heartbeat_port, block.replication_port});
  }
  bool is_self(const std::string& host) const {
    return !replication_.listen_addr.host.empty() && same_host(host, replication_.listen_addr.host);
  }
  std::vector<Peer> finish() const {
    std::vector<Peer> result;
    for (const Draft& draft : drafts_) {
      Peer peer{.name = draft.name, .heartbeat = {}, .replication = {}};
      for (const std::string& host : draft.hosts) {
        peer.heartbeat.push_back(
            {host, draft.heartbeat_port.value_or(replication_.ha.heartbeat_port)});
        peer.replication.push_back(
            {host, draft.replication_port.value_or(replication_.listen_addr.port.value_or(9001))});
      }
      result.push_back(std::move(peer));
    }
    return result;
  }

 private:
  const Replication& replication_;
  std::vector<Draft> drafts_;
};

// The port that an earlier, more explicit form gave stays.
void suggest(std::optional<std::uint16_t>& port, const std::optional<std::uint16_t>& suggestion) {
  if (!port) port = suggestion;
}

}  // namespace

bool same_host(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto left = IpAddress::parse(a);
  return left && left == IpAddress::parse(b);
}

std::vector<Peer> peers(const Replication& replication) {
  if (replication.mode == Mode::standalone || replication.mode == Mode::witness) return {};
  Roster roster(replication);
  for (const PeerBlock& block : replication.peer_blocks) roster.add(block);
  if (const auto& peer = replication.peer_addr; peer && !roster.is_self(peer->host))
    suggest(roster.at_host(peer->host).heartbeat_port, peer->port);
  for (const HostPort& peer : replication.peer_addrs)
    if (!roster.is_self(peer.host)) suggest(roster.at_host(peer.host).replication_port, peer.port);
  if (const auto& primary = replication.primary_addr; primary && !roster.is_self(primary->host))
    suggest(roster.at_host(primary->host).replication_port, primary->port);
  return roster.finish();
}

Duration Ha::detection_time() const {
  return failure_timeout.value_or(heartbeat_interval * failure_threshold);
}

}  // namespace flywall::config
