// Reasons in words.
#include <cstddef>
#include <iterator>

#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

namespace {

struct Words {
  Reason reason;
  const char* name;
  const char* sentence;
};

// By number: the i-th row is that of the reason i.
constexpr Words kReasonWords[] = {
    {Reason::none, "none", "no reason given"},
    {Reason::started, "started", "this node started and has listened long enough"},
    {Reason::no_primary, "no_primary", "no node holds the primary role"},
    {Reason::peer_silent, "peer_silent", "the primary was silent for its detection time"},
    {Reason::peer_resigned, "peer_resigned", "the primary gave the role up"},
    {Reason::peer_died, "peer_died", "the primary's failover process died, its last will arrived"},
    {Reason::peer_left, "peer_left", "the primary stopped in good order"},
    {Reason::peer_restarted, "peer_restarted", "the primary was restarted"},
    {Reason::higher_claim, "higher_claim", "another node holds a higher claim"},
    {Reason::split_lost, "split_lost", "split brain: two primaries met and the other one stays"},
    {Reason::split_won, "split_won", "split brain: two primaries met and this one stays"},
    {Reason::own_fault, "own_fault", "a monitor of this node reports a fault or a penalty"},
    {Reason::operator_request, "operator_request", "an operator asked for it"},
    {Reason::stopping, "stopping", "the daemon stops"},
    {Reason::paused, "paused", "this process did not run for too long"},
    {Reason::quorum_lost, "quorum_lost", "the lease ran out: no majority of the voters renewed it"},
    {Reason::addresses_refused, "addresses_refused",
     "the kernel did not take the virtual addresses"},
    {Reason::deaf_peer, "deaf_peer",
     "the other primary does not hear this node and would never give way"},
    {Reason::epoch_behind, "epoch_behind", "a peer remembers a higher epoch"},
    {Reason::not_primary, "not_primary", "this node is not primary"},
    {Reason::no_better_peer, "no_better_peer", "no living peer could take over"},
    {Reason::already_primary, "already_primary", "this node is primary already"},
    {Reason::handed_over, "handed_over", "the role was handed over as planned"},
    {Reason::failback, "failback", "the preferred node is fit again and takes its role back"},
    {Reason::promoted, "promoted", "an operator made this node primary"},
    {Reason::transfer_timeout, "transfer_timeout",
     "the peer did not take the offered role in time"},
    {Reason::not_prepared, "not_prepared", "the pre-failover script failed and is required"},
    {Reason::unknown_node, "unknown_node", "no peer with this name is configured or known"},
    {Reason::unfit_target, "unfit_target",
     "that peer is silent, not eligible, or its network is worse"},
    {Reason::handover_under_way, "handover_under_way", "a handover is under way already"},
    {Reason::addresses_not_quieted, "addresses_not_quieted",
     "the addresses could not be silenced for the handover"},
    {Reason::no_quorum, "no_quorum", "no majority of the voters is to be had"},
    {Reason::failback_disabled, "failback_disabled", "failback is disabled by the configuration"},
    {Reason::not_preferred, "not_preferred", "this node is not preferred over the primary"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kReasonWords); ++i)
    if (static_cast<std::size_t>(kReasonWords[i].reason) != i) return false;
  return true;
}
static_assert(in_order());
static_assert(std::size(kReasonWords) == static_cast<std::size_t>(Reason::not_preferred) + 1);

constexpr Words kUnknown{Reason::none, "unknown", "unknown reason"};

const Words& words_of(Reason reason) {
  const auto number = static_cast<std::size_t>(reason);
  return number < std::size(kReasonWords) ? kReasonWords[number] : kUnknown;
}

}  // namespace

const char* name_of(Reason reason) { return words_of(reason).name; }
const char* sentence_of(Reason reason) { return words_of(reason).sentence; }

}  // namespace flywall::heartbeat
