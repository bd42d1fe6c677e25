// The planned handover (E9): quiet the addresses, offer the role, leave when it is taken.
#include <algorithm>
#include <tuple>

#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

void Election::begin_handover(const Handover& handover) {
  auto& holding = std::get<Holding>(role_);
  holding.handover = handover;
  holding.handover->until = now_ + policy_.prepare_limit;
  if (policy_.prepare_limit <= 0ns) return quiet_addresses();
  act(action::Prepare{handover.to, handover.reason});
}

// What is not prepared stops a planned handover, unless the node goes anyway.
void Election::note_prepared(bool accepted) {
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding || !holding->handover) return;
  const Handover& handover = *holding->handover;
  if (handover.step != Handover::Step::preparing) return;
  if (accepted || handover.forced || handover.reason == Reason::stopping) return quiet_addresses();
  const bool by_itself = handover.reason == Reason::failback && !handover.request;
  const Duration pause = by_itself ? policy_.failback_window : policy_.transfer_timeout;
  wishes_heard_from_ = penalty_heard_from_ = now_ + pause;
  withdraw(Reason::not_prepared);
}

// From here on nobody learns from us where the addresses are, so that the next may say it.
void Election::quiet_addresses() {
  auto& holding = std::get<Holding>(role_);
  Handover& handover = *holding.handover;
  handover.step = Handover::Step::quieting;
  handover.until = now_ + policy_.transfer_timeout;
  ++quiets_;
  act(action::Transition{State::primary, State::handing_over, handover.reason, holding.claim,
                         handover.to});
  act(action::QuietAddresses{});
}

void Election::on(const event::AddressesQuieted&) {
  if (quiets_ > 0) --quiets_;
  auto* holding = std::get_if<Holding>(&role_);
  if (quiets_ > 0 || !holding || !holding->handover) return;
  Handover& handover = *holding->handover;
  if (handover.step != Handover::Step::quieting) return;
  handover.step = Handover::Step::offered;
  handover.offered = next_epoch();
  floor_ = std::max(floor_, handover.offered);  // nobody but the peer claims it
  speak();
}

// The commit point: the peer has claimed what it was offered. Anybody may tell of it.
bool Election::commit_if_taken() {
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding || !holding->handover) return false;
  Handover& handover = *holding->handover;
  const Peer& successor = peers_[handover.to.value];
  if (handover.step != Handover::Step::offered || !is_alive(successor)) return false;
  const Claim least{handover.offered, successor.statement.sender};
  const bool taken = seen_ >= least && seen_.claimant == least.claimant;
  if (!taken) return false;
  const Reason reason = handover.reason;
  const PeerIndex to = handover.to;
  if (handover.request) answer(*handover.request, true, Reason::handed_over);
  handover.request.reset();
  if (handover.wished && reason == Reason::failback) remember_failback(to);
  drop_addresses(policy_.linger);
  lingers_until_ = now_ + policy_.linger;
  if (reason == Reason::stopping) {
    change_role(Ending{}, reason, to);
    speak(kGoodbyeCopies);
  } else {
    change_role(Following{}, reason, to);
    speak();
  }
  return true;
}

void Election::watch_handover() {
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding || !holding->handover) return;
  const Handover& handover = *holding->handover;
  const bool prepares = handover.step == Handover::Step::preparing;
  const Peer& successor = peers_[handover.to.value];
  if (!can_take(successor, handover.forced)) return withdraw(Reason::unfit_target);
  if (prepares && handover.wished && successor.statement.wish == Wish::none)
    return withdraw(Reason::operator_request);
  if (now_ < handover.until || !drained_) return;
  if (prepares) return note_prepared(!policy_.prepare_required);
  withdraw(handover.step == Handover::Step::quieting ? Reason::addresses_not_quieted
                                                     : Reason::transfer_timeout);
}

// Gives the handover up and goes on as primary, above the epoch that was offered.
void Election::withdraw(Reason reason) {
  auto& holding = std::get<Holding>(role_);
  const Handover handover = *holding.handover;
  const State before = state_of_role();
  const Time again_from = now_ + std::max(2 * policy_.detection, kShortestAbstention);
  wishes_heard_from_ = std::max(wishes_heard_from_, again_from);
  penalty_heard_from_ = std::max(penalty_heard_from_, again_from);
  if (handover.reason == Reason::stopping) return leave();
  holding.handover.reset();
  if (handover.request) answer(*handover.request, false, reason);
  if (handover.step == Handover::Step::preparing) return;
  holding.claim = Claim{next_epoch(), policy_.self};
  see(holding.claim);
  if (counts_votes()) lease_.raise(holding.claim);
  holding.in_place = false;
  holding.asked = holding.claim.epoch;
  holding.asked_at = now_;
  holding.reason = reason;
  holding.lost.reset();
  act(action::Transition{before, State::taking_over, reason, holding.claim, handover.to});
  act(action::Reclaimed{holding.claim, reason});
  act(action::TakeAddresses{holding.asked});
  speak();
}

// A weight moves the role at once, but as planned: nothing is broken.
void Election::give_way_if_penalised() {
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding || !holding->penalty_since || !holding->in_place || holding->handover) return;
  const auto best = best_successor();
  if (!best || now_ < penalty_heard_from_) return;
  const Peer& peer = peers_[best->value];
  if (peer.statement.penalty >= penalty_) return;  // what ails both moves nothing
  if (peer.statement.rank >= own_rank() || peer.heard_at <= *holding->penalty_since) return;
  penalty_heard_from_ = now_ + std::max(2 * policy_.detection, kShortestAbstention);
  if (!peer.statement.accepts_offer) return resign(Reason::own_fault);
  begin_handover(
      {.to = *best, .reason = Reason::own_fault, .request = {}, .until = {}, .offered = {}});
}

// A peer wants the role: because it is preferred, or because its operator says so.
void Election::consider_wish(PeerIndex index) {
  auto* holding = std::get_if<Holding>(&role_);
  const Peer& peer = peers_[index.value];
  const Wish wish = peer.statement.wish;
  if (wish == Wish::none || !holding || !holding->in_place || holding->handover || mute_) return;
  const bool forced = wish == Wish::force;
  if (!can_take(peer, forced) || now_ < wishes_heard_from_) return;
  const bool fails_back = wish == Wish::failback;
  if (fails_back && (failback_switch_ == false || peer.statement.rank >= own_rank())) return;
  if (fails_back && now_ < damped_until(peer)) return;
  begin_handover({.to = index,
                  .reason = fails_back ? Reason::failback : Reason::handed_over,
                  .forced = forced,
                  .wished = true,
                  .request = {},
                  .until = {},
                  .offered = {}});
}

// The holder offers the role to us: claim it at once. Only a holder that hears us, or it would
// never know.
void Election::consider_offer(const event::Heard& heard) {
  auto* following = std::get_if<Following>(&role_);
  const Statement& said = heard.statement;
  const bool ours = said.offer.epoch > seen_.epoch && said.offer.to == policy_.self_tag;
  if (!following || !ours || said.claim != seen_ || mute_ || !accepts_offer()) return;
  const bool forced = wanted_ && wanted_->force;
  const bool fit = fault_ <= said.rank.fault && has_quorum();
  if (heard.freshness != Freshness::fresh || !(fit || forced)) return;
  Reason reason = Reason::handed_over;
  if (wanted_) reason = wanted_->reason;
  if (!wanted_ && following->wishes) {
    reason = Reason::failback;
    damped_until_ = now_ + policy_.failback_window;
  }
  const bool deliberate = wanted_ || own_rank() >= said.rank;
  claim_role({.reason = reason,
              .lost = heard.peer,
              .at_least = said.offer.epoch,
              .deliberate = deliberate});
}

// It hands over to us and has not heard yet that we took the role.
bool Election::is_offered_to_us(const Peer& peer) const {
  const auto* holding = std::get_if<Holding>(&role_);
  return holding && peer.statement.state == State::handing_over &&
         peer.statement.offer.to == policy_.self_tag &&
         peer.statement.offer.epoch <= holding->claim.epoch &&
         peer.statement.claim < holding->claim;
}

bool Election::is_stopping() const {
  const auto* holding = std::get_if<Holding>(&role_);
  return holding && holding->handover && holding->handover->reason == Reason::stopping;
}

bool Election::can_take(const Peer& peer, bool forced) const {
  return hears_us(peer) && peer.statement.accepts_offer &&
         (forced || peer.statement.rank.fault <= fault_);
}

std::optional<PeerIndex> Election::best_successor() const {
  const Peer* best = nullptr;
  for (const Peer& peer : peers()) {
    const Statement& said = peer.statement;
    if (!hears_us(peer) || !said.eligible || holds_claim(said.state) || said.rank.fault > fault_)
      continue;
    const auto order = [](const Peer& p) { return std::tie(p.statement.rank, p.statement.sender); };
    if (!best || order(peer) < order(*best)) best = &peer;
  }
  if (!best) return std::nullopt;
  return index_of(*best);
}

std::optional<PeerIndex> Election::successor() const {
  const auto* holding = std::get_if<Holding>(&role_);
  if (!holding || !holding->handover) return std::nullopt;
  return holding->handover->to;
}

}  // namespace flywall::heartbeat
