#include "daemon/control/view.hpp"

namespace flywall::control {

namespace {

using heartbeat::State;
using processes::PathStatus;
using processes::PeerStatus;
using processes::Snapshot;

void warn_of_peer(const View& view, std::size_t index, std::vector<std::string>& found) {
  const PeerStatus& peer = view.snapshot.peers[index];
  const std::string name = peer_name(view, index);
  if (!peer.alive) {
    found.push_back(peer.known ? "peer " + name + " is silent: nobody would take over"
                               : "peer " + name + " was never heard: nobody would take over");
    return;
  }
  if (!peer.hears_us) found.push_back("peer " + name + " does not hear this node");
  if (peer.address_digest != view.snapshot.address_digest)
    found.push_back("peer " + name + " has other virtual addresses configured");
  for (const PathStatus& path : peer.paths)
    if (path.used && !path.alive)
      found.push_back("heartbeat path " + path.remote.str() + " of peer " + name +
                      " is silent: redundancy is lost");
}

void warn_of_fence(const processes::FenceStatus& fence, std::vector<std::string>& found) {
  const std::string why = fence.trouble.str();
  switch (fence.kind) {
    case processes::FenceStatus::Kind::off:
      return;
    case processes::FenceStatus::Kind::missing:
      found.push_back(
          "there is no fence in this kernel: a failover process that is frozen keeps its "
          "addresses: " +
          why);
      return;
    case processes::FenceStatus::Kind::lifetimes:
      found.push_back(
          "there is no fence in this kernel: a failover process that is killed or frozen loses its "
          "addresses only after seconds, by their lifetimes, and goes on forwarding: " +
          why);
      return;
    case processes::FenceStatus::Kind::kernel:
      if (!why.empty()) found.push_back("the kernel's fence does not guard everything: " + why);
  }
}

void warn_of_process(const View& view, std::vector<std::string>& found) {
  const Snapshot& now = view.snapshot;
  if (now.muted) found.emplace_back("this node was paused and says nothing until it hears a peer");
  if (!now.has_quorum) found.emplace_back("this node does not hear a majority");
  if (now.fault != heartbeat::FaultClass::none)
    found.push_back(std::string("this node's own links are ") + heartbeat::name_of(now.fault));
  if (view.is_leader() && now.addresses_held < now.address_count)
    found.push_back(std::to_string(now.address_count - now.addresses_held) + " of " +
                    std::to_string(now.address_count) + " virtual addresses are not in place");
  warn_of_fence(now.fence, found);
  if (!now.epochs_reserved)
    found.emplace_back("no epoch could be reserved on disk: a crash would forget it");
  if (!now.realtime)
    found.emplace_back("SCHED_FIFO was not permitted: a busy machine may delay heartbeats");
  if (!now.memory_locked)
    found.emplace_back("memory could not be locked: swapping may delay heartbeats");
  if (now.reports_lost > 0)
    found.push_back(std::to_string(now.reports_lost) + " history entries were lost");
}

}  // namespace

bool View::fresh() const {
  return snapshot.updated != Time{} && now - snapshot.updated <= kStaleAfter;
}

bool View::is_leader() const {
  return config.replication.ha.enabled && fresh() &&
         (snapshot.state == State::primary || snapshot.state == State::handing_over);
}

std::string role(const View& view) {
  if (!view.config.replication.ha.enabled) return "standalone";
  return view.fresh() ? heartbeat::name_of(view.snapshot.state) : "unknown";
}

std::vector<std::string> warnings(const View& view) {
  std::vector<std::string> found;
  if (view.config.replication.ha.enabled) {
    if (!view.fresh()) {
      found.emplace_back("the failover process does not answer");
    } else {
      warn_of_process(view, found);
      for (std::size_t i = 0; i < view.snapshot.peers.size(); ++i)
        if (view.snapshot.peers[i].used) warn_of_peer(view, i, found);
    }
  }
  found.insert(found.end(), view.warnings.begin(), view.warnings.end());
  return found;
}

std::string peer_name(const View& view, std::size_t peer) {
  const PeerStatus& status = view.snapshot.peers[peer];
  if (status.known && !status.node.empty()) return status.node.str();
  const std::vector<config::Peer> configured = config::peers(view.config.replication);
  if (peer >= configured.size()) return "?";
  if (!configured[peer].name.empty()) return configured[peer].name.str();
  return configured[peer].heartbeat.empty() ? "?" : configured[peer].heartbeat.front().host;
}

}  // namespace flywall::control
