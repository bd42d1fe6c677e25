#include "daemon/control/view.hpp"

#include "daemon/control/words.hpp"

namespace flywall::control {

namespace {

using heartbeat::State;
using processes::PathStatus;
using processes::PeerStatus;
using processes::Snapshot;

std::string quoted_reason(const Snapshot& now) {
  return now.transition_reason == heartbeat::Reason::none
             ? std::string()
             : std::string(": ") + heartbeat::sentence_of(now.transition_reason);
}

// "This node has been primary for 3 s: the primary was silent …"
std::string so_far(const View& view, const char* state) {
  const Snapshot& now = view.snapshot;
  if (now.transition_wall_ms == 0) return std::string("This node is ") + state;
  return std::string("This node has been ") + state + " for " +
         in_words(view.now - now.transition_at) + quoted_reason(now);
}

std::string why_following(const View& view) {
  const Snapshot& now = view.snapshot;
  if (!now.holder_known) return "nobody is primary; this node takes over when it may";
  std::string text = now.holder.str() + " is primary";
  for (const PeerStatus& peer : now.peers) {
    if (!peer.used || !peer.known || peer.node != now.holder) continue;
    text += " (priority " + std::to_string(peer.rank.priority) + ", here " +
            std::to_string(now.rank.priority) + ")";
  }
  return text;
}

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

void warn_of_process(const View& view, std::vector<std::string>& found) {
  const Snapshot& now = view.snapshot;
  if (now.muted) found.emplace_back("this node was paused and says nothing until it hears a peer");
  if (!now.has_quorum) found.emplace_back("this node does not hear a majority");
  if (now.fault != heartbeat::FaultClass::none)
    found.push_back(std::string("this node's own links are ") + heartbeat::name_of(now.fault));
  if (view.is_leader() && now.addresses_held < now.address_count)
    found.push_back(std::to_string(now.address_count - now.addresses_held) + " of " +
                    std::to_string(now.address_count) + " virtual addresses are not in place");
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

std::string why(const View& view) {
  const Snapshot& now = view.snapshot;
  if (!view.config.replication.ha.enabled)
    return "High availability is not enabled (replication.ha.enabled = false): this node moves no "
           "address.";
  if (now.updated == Time{}) return "The failover process has not reported yet.";
  if (!view.fresh())
    return "The failover process has not reported for " + in_words(view.age()) +
           ": what this node is cannot be known; it last was " + heartbeat::name_of(now.state) +
           ".";
  switch (now.state) {
    case State::init:
      return "This node started " + in_words(view.now - now.started) +
             " ago and listens before it may claim anything.";
    case State::primary:
    case State::handing_over:
      return so_far(view, "primary") + ".";
    case State::taking_over:
      return "This node is taking over" + quoted_reason(now) + ".";
    case State::backup:
      return so_far(view, "backup") + ". Now " + why_following(view) + ".";
    case State::fault:
      return so_far(view, "unfit") + ". Now " + why_following(view) +
             "; this node's own links are " + heartbeat::name_of(now.fault) + ".";
    case State::drained:
      return "This node was told to hold nothing.";
    case State::witness:
      return "This node votes and never holds addresses.";
    case State::leaving:
      return "This node is stopping.";
  }
  return "";
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
