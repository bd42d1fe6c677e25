// Reasons in words.
#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

namespace {

struct Words {
  const char* name;
  const char* sentence;
};

Words words_of(Reason reason) {
  switch (reason) {
    case Reason::none:
      return {"none", "no reason given"};
    case Reason::started:
      return {"started", "this node started and has listened long enough"};
    case Reason::no_primary:
      return {"no_primary", "no node holds the primary role"};
    case Reason::peer_silent:
      return {"peer_silent", "the primary was silent for its detection time"};
    case Reason::peer_resigned:
      return {"peer_resigned", "the primary gave the role up"};
    case Reason::peer_died:
      return {"peer_died", "the primary's failover process died, its last will arrived"};
    case Reason::peer_left:
      return {"peer_left", "the primary stopped in good order"};
    case Reason::peer_restarted:
      return {"peer_restarted", "the primary was restarted"};
    case Reason::higher_claim:
      return {"higher_claim", "another node holds a higher claim"};
    case Reason::split_lost:
      return {"split_lost", "split brain: two primaries met and the other one stays"};
    case Reason::split_won:
      return {"split_won", "split brain: two primaries met and this one stays"};
    case Reason::own_fault:
      return {"own_fault", "a monitored link of this node is down"};
    case Reason::operator_request:
      return {"operator_request", "an operator asked for it"};
    case Reason::stopping:
      return {"stopping", "the daemon stops"};
    case Reason::paused:
      return {"paused", "this process did not run for too long"};
    case Reason::quorum_lost:
      return {"quorum_lost", "fewer than a majority of the nodes is heard"};
    case Reason::addresses_refused:
      return {"addresses_refused", "the kernel did not take the virtual addresses"};
    case Reason::deaf_peer:
      return {"deaf_peer", "the other primary does not hear this node and would never give way"};
    case Reason::epoch_behind:
      return {"epoch_behind", "a peer remembers a higher epoch"};
    case Reason::not_primary:
      return {"not_primary", "this node is not primary"};
    case Reason::no_better_peer:
      return {"no_better_peer", "no living peer could take over"};
    case Reason::already_primary:
      return {"already_primary", "this node is primary already"};
  }
  return {"unknown", "unknown reason"};
}

}  // namespace

const char* name_of(Reason reason) { return words_of(reason).name; }
const char* sentence_of(Reason reason) { return words_of(reason).sentence; }

}  // namespace flywall::heartbeat
