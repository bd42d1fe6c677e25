// A witness' vote in one cluster (E6): what it answers to questions, and to which.
//
// The vote itself is a LeaseVoter, so L1 to L3 of heartbeat/lease.hpp hold. Besides:
//
//   W1  A question counts once, and only of an instance that named an answer of *this* life of the
//       witness, made for that instance: a recording proves nothing, to a restarted witness
//       neither.
//   W2  No vote lasts longer than `longest`, for which a restarted witness grants nothing (L3).
//   W3  A node's newer instance supersedes the older (E15).
//
// Room for kMaxAskers names; the one that was silent longest gives way, and has to prove itself
// again. Pure: no clock, no socket, no key. Allocates nothing.
#pragma once

#include <array>

#include "heartbeat/lease.hpp"
#include "heartbeat/vote.hpp"

namespace flywall::heartbeat {

inline constexpr std::size_t kMaxAskers = kMaxPeers + 1;

class VoteKeeper {
 public:
  struct Identity {
    NodeTag witness;
    InstanceId instance;
    Duration longest{};
  };
  VoteKeeper(Time now, const Identity& identity)
      : identity_(identity), voter_(now, identity.longest) {}

  // The answer to an authenticated question, which carries `counter`, unique in this instance.
  // Nothing: it was answered before.
  std::optional<VoteAnswer> receive(Time now, const VoteQuestion& question, std::uint64_t counter);

  // Whose the vote is at `now`.
  std::optional<Promise> promise(Time now) const { return voter_.promise(now); }

 private:
  struct Asker {
    NodeTag node;
    Saying latest;       // of the proven instance
    InstanceId claimed;  // wants to be it, zero: nobody
    Saying challenge;    // the first answer that told it to prove that
    Time heard_at;
  };
  Asker& asker_of(NodeTag node, Time now);
  void vote(Time now, const VoteQuestion& question, VoteAnswer& answer);
  bool is_proven(const Asker& asker, const VoteQuestion& question) const;

  Identity identity_;
  LeaseVoter voter_;
  Claim seen_;
  std::array<Asker, kMaxAskers> askers_{};
};

}  // namespace flywall::heartbeat
