// The lease of the primary role (E6): who may hold it, until when, by whose word.
//
// A node that claims asks every voter in each of its heartbeats; a voter answers in its own. The
// holder counts a vote from the moment before it asked, the voter from the moment it answered, each
// on its own monotonic clock; clocks are trusted to run at the right *rate* (kMaxClockDriftPpm),
// never to agree. So a voter promises the role to somebody else only after the holder has stopped
// counting on its vote. No disk: who restarts forgets what it promised, and therefore stays silent
// for as long as a promise may last (PaxosLease: Trencseni, Gazso, Reinhardt 2012; the argument of
// Gray and Cheriton 1989).
//
// L1  A voter's promise is to one claimant at a time. While it lasts, nobody else gets the vote,
//     whatever its rank or epoch: a living primary is not abandoned because one path is cut.
// L2  A voter never grants a claim lower than one it granted before (E3).
// L3  A restarted voter grants nothing for the longest lease of the cluster.
// L4  The lease lasts until the moment at which fewer than a majority of votes counts.
// L5  Two nodes whose voter sets differ by one voter at most never hold at the same instant: each
//     majority of one set meets each majority of the other. So a set changes by one at a time.
//
// Knows no message, no role, no fence, no clock: moments are given. Allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "heartbeat/session.hpp"
#include "heartbeat/statement.hpp"
#include "heartbeat/voter_set.hpp"

namespace flywall::heartbeat {

// What the holder leaves unused of a vote, so that it has certainly stopped when the voter is free:
// the drift of both clocks, rounded up.
constexpr Duration lease_margin(Duration lease) {
  return lease * (2 * kMaxClockDriftPpm + 1) / 1'000'000 + 1us;
}

enum class VoteRefusal : std::uint8_t {
  restarted,        // L3
  promised,         // to another claimant (L1)
  lower_claim,      // L2
  already_given_up  // by the claimant's own word: an old question
};
const char* name_of(VoteRefusal refusal);  // "promised"

// What a voter has promised: nobody else gets this vote before `until`.
struct Promise {
  Claim claim;
  Time until;  // on the voter's clock
};

// One vote.
class LeaseVoter {
 public:
  // A voter that starts at `now`, in a cluster whose leases last `longest` at most.
  LeaseVoter(Time now, Duration longest) : silent_until_(later(now, longest)) {}

  // `claim` asks for the vote, or to prolong it, for `lease` > 0 from `now`. Nothing: granted.
  std::optional<VoteRefusal> ask(Time now, const Claim& claim, Duration lease);
  // The claimant's word that it serves no more and counts on this vote no longer.
  // What others were promised stays.
  void given_up(const Claim& claim);

  // What is promised at `now`.
  std::optional<Promise> promise(Time now) const;
  // Whether `claimant` would be granted now: for a node that wants to know before it disturbs
  // anybody by a higher epoch (pre-vote).
  bool would_grant(Time now, const NodeId& claimant) const { return now >= free_for(claimant); }
  // From when on, if nothing else happens.
  Time free_for(const NodeId& claimant) const;

 private:
  bool has_given_up(const Claim& claim) const;
  void note_end(const Claim& claim);

  Time silent_until_;
  Claim granted_;  // the highest so far
  Time until_ = Time::min();
  // The highest that each claimant gave up; who has none is not in it.
  InlineVector<Claim, kMaxVoters> ended_;
};

// The votes that a claimant has gathered.
class LeaseHolder {
 public:
  // `voters`: 1..kMaxVoters, the holder's own vote included.
  explicit LeaseHolder(std::size_t voters);

  // A new claim: earlier votes do not count for it.
  void begin(const Claim& claim);
  // Votes for the present claim are votes for `higher` too: the same node, the same tenure (E8).
  void raise(const Claim& higher);
  // Nothing is held, and no vote that arrives later counts.
  void end();

  // Voter `voter` granted `claim` for `lease`, when it was asked at `asked` (on this clock).
  void granted(std::size_t voter, const Claim& claim, Time asked, Duration lease);
  // Other voters (L5): the one at place i was at place former[i] before; nothing: it is new.
  using Former = std::array<std::optional<std::size_t>, kMaxVoters>;
  void reseat(std::size_t voters, const Former& former);

  // The lease lasts until then; Time::min() without one.
  Time until() const;
  bool holds(Time now) const { return now < until(); }
  std::size_t votes(Time now) const;
  // Until when one vote counts.
  Time until_of(std::size_t voter) const { return votes_[voter].until; }
  std::size_t voters() const { return voters_; }

 private:
  struct Vote {
    Time until = Time::min();
  };

  std::size_t voters_;
  std::optional<Claim> lowest_;  // that votes may name; nothing: no claim
  Claim highest_;
  std::array<Vote, kMaxVoters> votes_{};
};

}  // namespace flywall::heartbeat
