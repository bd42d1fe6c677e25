// What operators ask for, and another configuration.
#include <algorithm>

#include "base/check.hpp"
#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

void Election::answer(std::uint64_t request, bool accepted, Reason reason) {
  act(action::Answer{request, accepted, reason});
}

// --- another node is to be primary

void Election::on(const event::FailoverRequested& request) {
  const auto refuse = [&](Reason reason) { answer(request.request, false, reason); };
  const auto* holding = std::get_if<Holding>(&role_);
  if (!holding) return refuse(Reason::not_primary);
  if (request.to == policy_.self) return answer(request.request, true, Reason::already_primary);
  if (holding->handover) return refuse(Reason::handover_under_way);
  const auto best = best_successor();
  if (request.to.empty()) {
    if (!best) return refuse(Reason::no_better_peer);
    return hand_over_on_request(request.request, Reason::operator_request, *best);
  }
  const Peer* named = peer_named(request.to);
  if (!named) return refuse(Reason::unknown_node);
  const bool obeys = named->statement.accepts_offer || named->statement.eligible;
  if (!hears_us(*named) || !obeys || named->statement.rank.fault > fault_)
    return refuse(Reason::unfit_target);
  const bool knows_offers = named->statement.accepts_offer && holding->in_place;
  if (!knows_offers && best != index_of(*named)) return refuse(Reason::unfit_target);
  hand_over_on_request(request.request, Reason::operator_request, index_of(*named));
}

// To one that knows no offers, or while the addresses are not there yet: resigns, so that the best
// takes the role.
void Election::hand_over_on_request(std::uint64_t request, Reason reason, PeerIndex to) {
  const auto& holding = std::get<Holding>(role_);
  if (holding.in_place && peers_[to.value].statement.accepts_offer)
    return begin_handover(
        {.to = to, .reason = reason, .request = request, .until = {}, .offered = {}});
  answer(request, true, reason);
  resign(Reason::operator_request);
}

void Election::on(const event::StopRequested&) {
  if (std::holds_alternative<Ending>(role_)) return;
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding || !holding->in_place) return leave();
  if (is_stopping()) return leave();
  if (holding->handover) {
    holding->handover->reason = Reason::stopping;
    holding->handover->wished = false;
    return;
  }
  const auto best = best_successor();
  if (!best || !peers_[best->value].statement.accepts_offer || mute_) return leave();
  begin_handover(
      {.to = *best, .reason = Reason::stopping, .request = {}, .until = {}, .offered = {}});
}

// --- this node is to be primary

void Election::on(const event::PromoteRequested& request) {
  const auto* holding = std::get_if<Holding>(&role_);
  if (holding && !holding->handover) return answer(request.request, true, Reason::already_primary);
  if (const auto refusal = promotion_refusal(request.force))
    return answer(request.request, false, *refusal);
  want_role({.request = request.request,
             .reason = Reason::promoted,
             .force = request.force,
             .until = {}});
}

std::optional<Reason> Election::promotion_refusal(bool force) const {
  if (std::holds_alternative<Ending>(role_)) return Reason::stopping;
  if (std::holds_alternative<Holding>(role_) || wanted_) return Reason::handover_under_way;
  if (force || std::holds_alternative<Listening>(role_)) return std::nullopt;
  const Peer* holder = heard_holder();
  if (fault_ > (holder ? holder->statement.rank.fault : FaultClass::degraded))
    return Reason::own_fault;
  if (!has_quorum()) return Reason::no_quorum;
  return std::nullopt;
}

void Election::want_role(const Wanted& wanted) {
  wanted_ = wanted;
  wanted_->until = now_ + policy_.prepare_limit + policy_.transfer_timeout;
  if (std::holds_alternative<Listening>(role_)) wanted_->until += policy_.listen;
  if (auto* following = std::get_if<Following>(&role_); following && !mute_)
    following->abstain_until.reset();
  speak();
}

// A holder that has not heard us for a detection time will not hand over: force does not wait for
// it.
Time Election::wanted_until() const {
  const bool follows = std::holds_alternative<Following>(role_);
  const Peer* holder = heard_holder();
  if (!wanted_->force || !follows || !holder || !holder->deaf_since) return wanted_->until;
  return std::min(wanted_->until, real(*holder->deaf_since + policy_.detection));
}

// The holder did not hand over in time.
void Election::consider_wanted() {
  if (!wanted_ || now_ < wanted_until() || !drained_) return;
  const auto* following = std::get_if<Following>(&role_);
  if (!following || !wanted_->force) return settle_wanted(false, Reason::transfer_timeout);
  claim_role({.reason = wanted_->reason, .lost = {}, .at_least = {}, .deliberate = true});
}

void Election::settle_wanted(bool accepted, Reason reason) {
  if (!wanted_) return;
  answer(wanted_->request, accepted, reason);
  wanted_.reset();
}

// --- failback

void Election::on(const event::FailbackRequested& request) {
  using enum event::FailbackRequested::Wish;
  if (policy_.failback == Failback::disabled && request.wish != off)
    return answer(request.request, false, Reason::failback_disabled);
  if (request.wish == now) return fail_back_now(request.request);
  failback_switch_ = request.wish == on;
  answer(request.request, true, Reason::none);
}

void Election::fail_back_now(std::uint64_t request) {
  if (const auto* holding = std::get_if<Holding>(&role_)) {
    if (holding->handover) return answer(request, false, Reason::handover_under_way);
    const auto best = best_successor();
    if (!best || peers_[best->value].statement.rank >= own_rank())
      return answer(request, false, Reason::no_better_peer);
    return hand_over_on_request(request, Reason::failback, *best);
  }
  if (wanted_) return answer(request, false, Reason::handover_under_way);
  if (!heard_holder()) return answer(request, false, Reason::no_primary);
  if (!is_preferred()) return answer(request, false, Reason::not_preferred);
  want_role({.request = request, .reason = Reason::failback, .force = false, .until = {}});
}

// --- from anew

void Election::on(const event::ResetRequested& request) {
  settle_wanted(false, Reason::operator_request);
  auto* holding = std::get_if<Holding>(&role_);
  if (holding && holding->handover && holding->handover->reason != Reason::stopping)
    withdraw(Reason::operator_request);
  if (auto* following = std::get_if<Following>(&role_)) following->abstain_until.reset();
  failback_switch_.reset();
  damped_until_.reset();
  for (Peer& peer : peers()) peer.failed_back.reset();
  wishes_heard_from_ = penalty_heard_from_ = now_;
  answer(request.request, true, Reason::none);
}

void Election::on(const event::PolicyChanged& changed) {
  const Policy& policy = changed.policy;
  FLYWALL_CHECK(policy.self == policy_.self && policy.peers <= kMaxPeers);
  FLYWALL_CHECK(policy.interval > 0ns && policy.detection >= policy.interval);
  FLYWALL_CHECK(policy.listen >= std::max(policy.detection, policy.lease));
  follow_voters(changed);
  follow_peers(changed);
  if (auto* listening = std::get_if<Listening>(&role_))
    listening->until += policy.listen - policy_.listen;
  if (mute_) mute_->until += policy.detection - policy_.detection;
  if (policy.failback != policy_.failback) failback_switch_.reset();
  // The rhythm stays: what was to be said next is not said later.
  next_speech_ = std::min(next_speech_, now_ + policy.interval);
  policy_ = policy;
  refresh_voters();
}

// Peers come, go, and get another index.
void Election::follow_peers(const event::PolicyChanged& changed) {
  const auto now_at = [&](std::optional<PeerIndex> before) -> std::optional<PeerIndex> {
    for (std::uint8_t i = 0; before && i < changed.policy.peers; ++i)
      if (changed.former[i] == before) return PeerIndex{i};
    return std::nullopt;
  };
  auto* holding = std::get_if<Holding>(&role_);
  if (holding && holding->handover) {
    if (const auto to = now_at(holding->handover->to))
      holding->handover->to = *to;
    else
      withdraw(Reason::unknown_node);
  }
  holding = std::get_if<Holding>(&role_);
  if (holding) holding->lost = now_at(holding->lost);
  if (auto* following = std::get_if<Following>(&role_)) following->lost = now_at(following->lost);
  const auto before = peers_;
  for (std::uint8_t i = 0; i < kMaxPeers; ++i) {
    const bool known = i < changed.policy.peers && changed.former[i];
    peers_[i] = known ? before[changed.former[i]->value] : Peer{};
  }
}

}  // namespace flywall::heartbeat
