// Why this node is what it is: what happened, then how it stands to the others now.
#include "daemon/control/view.hpp"
#include "daemon/control/words.hpp"

namespace flywall::control {

namespace {

using heartbeat::FaultClass;
using heartbeat::Rank;
using heartbeat::State;
using processes::MonitorStatus;
using processes::PeerStatus;
using processes::Snapshot;

std::string reason_after_colon(const Snapshot& now) {
  return now.transition_reason == heartbeat::Reason::none
             ? std::string()
             : std::string(": ") + heartbeat::sentence_of(now.transition_reason);
}

// "This node has been primary for 3 s: the primary was silent …"
std::string so_far(const View& view, const char* state) {
  const Snapshot& now = view.snapshot;
  if (now.transition_wall_ms == 0) return std::string("This node is ") + state;
  return std::string("This node has been ") + state + " for " +
         in_words(view.now - now.transition_at) + reason_after_colon(now);
}

const PeerStatus* living_peer(const Snapshot& now, const NodeId& node) {
  for (const PeerStatus& peer : now.peers)
    if (peer.used && peer.known && peer.alive && peer.node == node) return &peer;
  return nullptr;
}

// What decides between two ranks, theirs first: "(priority 150, here 50)".
std::string compared(const Rank& theirs, const Rank& ours) {
  if (theirs.fault != ours.fault)
    return std::string(" (fault class ") + heartbeat::name_of(theirs.fault) + ", here " +
           heartbeat::name_of(ours.fault) + ")";
  if (theirs.in_sync != ours.in_sync)
    return theirs.in_sync ? " (in sync, this node is not)" : " (not in sync, this node is)";
  return " (priority " + std::to_string(theirs.priority) + ", here " +
         std::to_string(ours.priority) + ")";
}

// "the monitor of link eth1 is down, which adds 30 to the priority here"
std::string monitors_clause(const Snapshot& now) {
  std::string names;
  for (std::size_t i = 0; i < now.monitor_count && i < now.monitors.size(); ++i) {
    const MonitorStatus& monitor = now.monitors[i];
    if (monitor.state != MonitorStatus::State::down) continue;
    names += (names.empty() ? "" : ", ") + std::string(processes::name_of(monitor.kind)) + " " +
             monitor.name.str();
  }
  if (names.empty() && now.fault == FaultClass::none && now.penalty == 0) return "";
  std::string text = names.empty() ? "this node's monitors report trouble" : names + " down here";
  if (now.fault != FaultClass::none)
    text += std::string(", fault class ") + heartbeat::name_of(now.fault);
  if (now.penalty > 0) text += ", which adds " + std::to_string(now.penalty) + " to the priority";
  return text;
}

// Why a node that is preferred does not have the role.
std::string failback_clause(const View& view) {
  const heartbeat::FailbackView& failback = view.snapshot.failback;
  const config::Ha& ha = view.config.replication.ha;
  if (ha.failback_mode == config::FailbackMode::disabled)
    return "this node is preferred, but failback is disabled";
  if (!failback.enabled)
    return std::string("this node is preferred, but failback ") +
           (ha.failback_mode == config::FailbackMode::manual ? "is manual" : "was switched off") +
           ": `flywall ha failback now` takes the role back";
  if (failback.damped_until && *failback.damped_until > view.now)
    return "this node is preferred, but took the role back lately: it waits another " +
           in_words(*failback.damped_until - view.now);
  if (failback.ready_at && *failback.ready_at > view.now)
    return "this node is preferred and takes the role back in " +
           in_words(*failback.ready_at - view.now);
  return "this node is preferred and asks for the role";
}

std::string why_following(const View& view) {
  const Snapshot& now = view.snapshot;
  const std::string monitors = monitors_clause(now);
  const std::string trouble = monitors.empty() ? "" : "; " + monitors;
  if (!now.holder_known) return "nobody is primary; this node takes over when it may" + trouble;
  std::string text = now.holder.str() + " is primary";
  const PeerStatus* holder = living_peer(now, now.holder);
  if (!holder) return text + trouble;
  text += compared(holder->rank, now.rank);
  if (now.rank < holder->rank) return text + "; " + failback_clause(view);
  if (now.rank == holder->rank) text += "; at equal rank the one that has the role keeps it";
  return text + trouble;
}

const PeerStatus* best_follower(const Snapshot& now) {
  const PeerStatus* best = nullptr;
  for (const PeerStatus& peer : now.peers)
    if (peer.used && peer.known && peer.alive && (!best || peer.rank < best->rank)) best = &peer;
  return best;
}

std::string why_holding(const View& view) {
  const Snapshot& now = view.snapshot;
  if (now.handing_over) return "It is handing the role over to " + now.successor.str();
  const std::string monitors = monitors_clause(now);
  const std::string trouble = monitors.empty() ? "" : "; " + monitors;
  const PeerStatus* best = best_follower(now);
  if (!best) return "No other node is heard" + trouble;
  const std::string pair = best->node.str() + compared(best->rank, now.rank);
  if (best->rank < now.rank) return pair + " is preferred and may take the role back" + trouble;
  if (best->rank == now.rank)
    return "It ranks equal with " + pair + " and keeps what it has" + trouble;
  return "It is preferred before " + pair + trouble;
}

}  // namespace

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
      return so_far(view, "primary") + ". " + why_holding(view) + ".";
    case State::taking_over:
      return "This node is taking over" + reason_after_colon(now) + ".";
    case State::backup:
      return so_far(view, "backup") + ". Now " + why_following(view) + ".";
    case State::fault:
      return so_far(view, "unfit") + ". Now " + why_following(view) + ".";
    case State::drained:
      return "This node was told to hold nothing.";
    case State::witness:
      return "This node votes and never holds addresses.";
    case State::leaving:
      return "This node is stopping.";
  }
  return "";
}

}  // namespace flywall::control
