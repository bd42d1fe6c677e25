// What the election knows: who lives, who holds, who is better.
#include <algorithm>
#include <tuple>

#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

bool Election::has_quorum() const {
  const auto* holding = std::get_if<Holding>(&role_);
  if (!counts_votes()) return true;
  return holding ? lease_.holds(now_) : reaches_majority();
}

std::optional<Time> Election::lease_until() const {
  const auto* holding = std::get_if<Holding>(&role_);
  if (!holding) return std::nullopt;
  if (counts_votes() && !holding->forced && !holding->kept)
    return lease_.holds(now_) ? std::optional(lease_.until()) : std::nullopt;
  if (mute_) return std::nullopt;
  return now_ + policy_.detection;
}

std::optional<Time> Election::lingers_until() const {
  if (holds() || !lingers_until_ || now_ >= *lingers_until_) return std::nullopt;
  return lingers_until_;
}

bool Election::holder_lives() const {
  const bool direct = std::any_of(peers().begin(), peers().end(), [this](const Peer& peer) {
    return is_alive(peer) && holds_claim(peer.statement.state);
  });
  return direct || claimant_heard_by_others();
}

// A silent holder whom a living peer still hears is not replaced (E5). What we know ourselves
// counts more, if it is not older: a peer that has claimed since we last heard it, or since it
// died, holds the role until it says otherwise.
bool Election::claimant_heard_by_others() const {
  if (seen_.claimant == policy_.self) return false;
  if (const Peer* claimant = peer_named(seen_.claimant)) {
    if (claimant->departed && claimant->statement.claim >= seen_) return false;
    if (is_alive(*claimant)) return claimant->heard_at < seen_at_;
  }
  return std::any_of(peers().begin(), peers().end(), [this](const Peer& peer) {
    return is_alive(peer) && peer.statement.holder_alive && peer.statement.claim == seen_;
  });
}

const Election::Peer* Election::peer_named(const NodeId& node) const {
  for (const Peer& peer : peers())
    if (peer.known && peer.statement.sender == node) return &peer;
  return nullptr;
}

const Election::Peer* Election::heard_holder() const {
  const Peer* best = nullptr;
  for (const Peer& peer : peers()) {
    if (!is_alive(peer) || !holds_claim(peer.statement.state)) continue;
    if (!best || peer.statement.claim > best->statement.claim) best = &peer;
  }
  return best;
}

PeerIndex Election::index_of(const Peer& peer) const {
  return PeerIndex{static_cast<std::uint8_t>(&peer - peers_.data())};
}

bool Election::is_better(const Peer& peer) const {
  const Rank mine = own_rank();
  return std::tie(peer.statement.rank, peer.statement.sender) < std::tie(mine, policy_.self);
}

std::size_t Election::better_candidates() const {
  return static_cast<std::size_t>(
      std::count_if(peers().begin(), peers().end(), [this](const Peer& peer) {
        return is_alive(peer) && peer.statement.eligible && is_better(peer);
      }));
}

// At a cold start a better node that still listens is waited for, so that the order of starting
// does not matter.
bool Election::better_one_still_listens() const {
  return !seen_holder_ && std::any_of(peers().begin(), peers().end(), [this](const Peer& peer) {
    return is_alive(peer) && peer.statement.state == State::init && is_better(peer);
  });
}

// Nobody above the takeover of others: by itself, or because an operator wants it.
bool Election::may_claim() const {
  if (wanted_ && wanted_->force) return true;
  return (wanted_ || policy_.takeover) && votes_free_at(Witnesses::hoped_for) < kNever;
}

Time Election::claim_at(const Following& following) const {
  Duration round_trip = policy_.interval / 2;
  for (const Peer& peer : peers())
    if (is_alive(peer)) round_trip = std::max(round_trip, peer.round_trip);
  // Votes that are promised to one who is gone get free (E6).
  const Time vacant = std::max(*following.vacant_since, votes_free_at(Witnesses::hoped_for));
  if (wanted_) return wanted_->force ? *following.vacant_since : vacant;
  const auto turn = static_cast<std::int64_t>(better_candidates());
  const Duration patience = better_one_still_listens() ? policy_.listen : 0ns;
  return vacant + turn * (round_trip + following.jitter) + patience;
}

// When claiming may succeed. The witnesses are asked before, and may not answer.
Time Election::next_claim(const Following& following) const {
  const bool courts = following.courts && *following.courts > seen_;
  if (!courts || (wanted_ && wanted_->force)) return claim_at(following);
  return std::max(claim_at(following), votes_free_at(Witnesses::counted));
}

PeerView Election::peer(PeerIndex index) const {
  const Peer& peer = peers_[index.value];
  return {.known = peer.known,
          .alive = is_alive(peer),
          .hears_us = hears_us(peer),
          .living_paths = peer.detector.living_paths(),
          .last_heard = peer.heard_at,
          .round_trip = peer.round_trip,
          .statement = peer.statement};
}

std::optional<NodeId> Election::holder() const {
  if (holds()) return policy_.self;
  if (const Peer* best = heard_holder()) return best->statement.sender;
  if (claimant_heard_by_others()) return seen_.claimant;
  return std::nullopt;
}

}  // namespace flywall::heartbeat
