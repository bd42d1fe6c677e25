// The transitions of the election, and how it speaks.
#include <algorithm>
#include <tuple>

#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

namespace {

// splitmix64: enough to spread candidates, reproducible everywhere.
std::uint64_t draw(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace

void Election::finish_listening() {
  const auto* listening = std::get_if<Listening>(&role_);
  if (!listening || fair(now_) < listening->until) return;
  change_role(Following{}, Reason::started, std::nullopt);
  if (counts_votes()) speak();  // from now on it votes (L3)
}

void Election::open_vacancy(Reason reason, std::optional<PeerIndex> lost) {
  auto* following = std::get_if<Following>(&role_);
  if (!following) return;
  following->vacant_since = now_;
  following->vacancy = reason;
  following->lost = lost;
  const auto spread = static_cast<std::uint64_t>(policy_.interval.count() / 2 + 1);
  following->jitter = Duration(static_cast<std::int64_t>(draw(random_) % spread));
}

void Election::consider_claiming() {
  auto* following = std::get_if<Following>(&role_);
  if (!following) return;
  if (following->abstain_until && now_ >= *following->abstain_until)
    following->abstain_until.reset();
  if (holder_lives()) {
    following->vacant_since.reset();
    return end_courting();
  }
  if (!(policy_.takeover || wanted_) || following->abstain_until) return end_courting();
  if (!following->vacant_since) open_vacancy(Reason::no_primary, std::nullopt);
  if (!may_claim()) {
    following->vacant_since = now_;  // the turns are counted from when it can be filled (E2)
    return end_courting();
  }
  // Somebody's claim may wait in the sockets (E13).
  if (now_ < claim_at(*following) || !drained_) return;
  const bool forced = wanted_ && wanted_->force;
  if (!forced && votes_free_at(Witnesses::counted) > now_) return court_witnesses();
  const Reason reason = wanted_ ? wanted_->reason : following->vacancy;
  claim_role({.reason = reason,
              .lost = following->lost,
              .at_least = {},
              .deliberate = wanted_.has_value()});
}

void Election::claim_role(const Occasion& occasion) {
  const auto* following = std::get_if<Following>(&role_);
  const bool courted = following && following->courts && *following->courts > seen_ &&
                       following->courts->epoch >= occasion.at_least;
  const Claim claim =
      courted ? *following->courts : Claim{next_epoch(occasion.at_least), policy_.self};
  const bool forced = wanted_ && wanted_->force;
  const bool faulty = fault_ != FaultClass::none && !forced;
  const Holding holding{
      .claim = claim,
      .tenure = claim.epoch,
      .asked = {},
      .asked_at = now_,
      .since = now_,
      .claimed_at = now_,
      .reason = occasion.reason,
      .lost = occasion.lost,
      .fault_since = faulty ? std::optional(now_) : std::nullopt,
      .penalty_since = penalty_ > 0 && !occasion.deliberate ? std::optional(now_) : std::nullopt,
      .overruled_since = {},
      .forced = forced,
      .leased = forced,
      .handover = {}};
  see(claim);
  for (Peer& peer : peers()) peer.contest.reset();
  seen_holder_ = true;
  settle_wanted(true, occasion.reason);
  if (counts_votes() && !courted) begin_lease(claim);
  change_role(holding, holding.reason, holding.lost);
  if (forced || !counts_votes()) take_addresses();
  keep_lease();
  speak();
}

void Election::take_addresses() {
  auto& holding = std::get<Holding>(role_);
  holding.asked = holding.claim.epoch;
  holding.asked_at = now_;
  act(action::TakeAddresses{holding.asked});
}

void Election::claim_again(Reason reason) {
  auto& holding = std::get<Holding>(role_);
  // The epoch that is offered is no longer above ours.
  if (holding.handover && holding.handover->step != Handover::Step::preparing)
    return withdraw(reason);
  holding.claim = Claim{next_epoch(), policy_.self};
  see(holding.claim);
  if (counts_votes()) lease_.raise(holding.claim);
  act(action::Reclaimed{holding.claim, reason});
  if (holding.in_place) act(action::Announce{});
  speak();
}

void Election::step_down(Reason reason, std::optional<PeerIndex> peer) {
  if (is_stopping()) return leave();
  drop_addresses();
  Following following;
  if (peer && holds_claim(peers_[peer->value].statement.state)) {
    const auto& holding = std::get<Holding>(role_);
    const Duration together = held_together(holding, peers_[peer->value]);
    following.yielded = Yielded{seen_, holding.tenure, together};
  }
  change_role(following, reason, peer);
  speak();
}

// Gives the role up so that somebody else takes it, and waits until that has happened (E11).
void Election::resign(Reason reason) {
  if (is_stopping()) return leave();
  drop_addresses();
  const Time until = now_ + std::max(2 * policy_.detection, kShortestAbstention);
  change_role(Following{.abstain_until = until}, reason, std::nullopt);
  speak(kGoodbyeCopies);
}

// No majority voted for it in time: somebody else may have more luck, and so may this node later.
void Election::give_claim_up() {
  step_down(Reason::no_quorum, std::nullopt);
  auto* following = std::get_if<Following>(&role_);
  if (!following) return;
  const Duration lease = length_of_vote(policy_.detection);
  const auto spread = static_cast<std::uint64_t>(lease.count());
  following->abstain_until =
      now_ + lease / 2 + Duration(static_cast<std::int64_t>(draw(random_) % spread));
}

// What was granted last is over: who hears us still says so anew, before this node claims again.
void Election::lose_lease() {
  step_down(Reason::quorum_lost, std::nullopt);
  if (auto* following = std::get_if<Following>(&role_))
    following->abstain_until = now_ + policy_.interval;
}

// Stops: says so, and waits for the addresses to be gone.
void Election::leave() {
  const bool held = std::holds_alternative<Holding>(role_);
  settle_wanted(false, Reason::stopping);
  change_role(Ending{}, Reason::stopping, std::nullopt);
  if (held) drop_addresses();
  if (drops_ == 0) act(action::Stopped{});
  speak(kGoodbyeCopies);
}

void Election::give_way_if_faulty() {
  const auto* holding = std::get_if<Holding>(&role_);
  if (!holding || !holding->fault_since) return;
  const bool better = std::any_of(peers().begin(), peers().end(), [&](const Peer& peer) {
    return hears_us(peer) && peer.statement.eligible && peer.statement.rank.fault < fault_ &&
           peer.heard_at > *holding->fault_since;
  });
  if (better) resign(Reason::own_fault);
}

// A primary that we do not hear ourselves cannot be compared with (E8). With a majority the lease
// decides, and without one the higher claim; with none we give way when that has lasted, so that
// two who are about to hear each other decide by their tenures.
void Election::yield_to_unheard_holder() {
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding) return;
  const bool stays = holding->forced || (counts_votes() && lease_.holds(now_));
  if (seen_ <= holding->claim || stays || !claimant_heard_by_others()) {
    holding->overruled_since.reset();
    return;
  }
  if (!holding->overruled_since) holding->overruled_since = fair(now_);
  const bool lasts = drained_ && fair(now_) - *holding->overruled_since >= policy_.detection;
  if (counts_votes() || lasts) step_down(Reason::higher_claim, std::nullopt);
}

void Election::give_up_slow_addresses() {
  const auto* holding = std::get_if<Holding>(&role_);
  if (holding && holding->asked > Epoch{} && !holding->in_place &&
      now_ - holding->asked_at >= policy_.take_limit)
    resign(Reason::addresses_refused);
}

void Election::drop_addresses(Duration linger) {
  const auto* holding = std::get_if<Holding>(&role_);
  if (holding && holding->asked == Epoch{}) return;  // never taken
  ++drops_;
  act(action::DropAddresses{linger});
}

// Two holders met (E8). With a majority the one that has it stays, but gives way to an operator's
// force; two that have none: the higher claim. With quorum none the one with the better network,
// then the one whose tenure is older (it has the connections), then the preferred one; but before
// all that the one whom an operator forced.
bool Election::wins_against(const Peer& peer) const {
  const auto& holding = std::get<Holding>(role_);
  const bool its_forced = peer.statement.wish == Wish::force;
  if (counts_votes())
    return (lease_.holds(now_) && !its_forced) || holding.claim > peer.statement.claim;
  if (peer.statement.protocol_minor > 0 && (holding.forced || its_forced))
    return holding.forced == its_forced ? holding.claim > peer.statement.claim : holding.forced;
  const Rank mine = own_rank();
  return std::tie(mine.fault, holding.tenure, mine, policy_.self) <
         std::tie(peer.statement.rank.fault, peer.statement.tenure, peer.statement.rank,
                  peer.statement.sender);
}

void Election::see(const Claim& claim) {
  if (claim <= seen_) return;
  seen_ = claim;
  seen_at_ = now_;
}

Epoch Election::next_epoch(Epoch at_least) {
  Epoch highest = std::max(seen_.epoch, floor_);
  if (!reserved_ && highest == Epoch{}) highest = policy_.fallback_floor;
  const Epoch next = std::max(highest.next(), at_least);
  if (!reserved_ || next > *reserved_) act(action::EpochUnreserved{next});
  return next;
}

void Election::reserve_ahead() {
  const Epoch highest = std::max(seen_.epoch, floor_);
  const Epoch enough{highest.value + kEpochBlock / 2};
  if (reserved_ && enough <= *reserved_) return;
  if (enough <= asked_for_) return;
  asked_for_ = Epoch{highest.value + kEpochBlock};
  act(action::ReserveEpochs{asked_for_});
}

void Election::speak(std::uint8_t copies) {
  const std::uint8_t allowed = std::min(copies, extra_speeches_);
  if (mute_) return;
  extra_speeches_ = static_cast<std::uint8_t>(extra_speeches_ - allowed);
  speech_ = std::max(speech_, allowed);
}

void Election::speak_regularly() {
  if (now_ < next_speech_) return;
  const bool keeps_time = answered_at_ == now_;  // with the questions of the holder
  next_speech_ += keeps_time ? policy_.interval * 9 / 8 : policy_.interval;
  if (next_speech_ <= now_) next_speech_ = now_ + policy_.interval;
  if (now_ >= budget_ends_at_) {
    extra_speeches_ = kMaxExtraSpeeches;
    budget_ends_at_ = next_speech_;
  }
  if (!mute_) speech_ = std::max<std::uint8_t>(speech_, 1);
}

Rank Election::own_rank() const {
  const std::uint32_t sum = std::uint32_t{policy_.priority} + penalty_;
  const auto priority = static_cast<std::uint16_t>(std::min<std::uint32_t>(sum, UINT16_MAX));
  return {.fault = fault_, .in_sync = true, .priority = priority};
}

State Election::state_of_role() const {
  if (const auto* holding = std::get_if<Holding>(&role_)) {
    if (holding->handover && holding->handover->step != Handover::Step::preparing)
      return State::handing_over;
    return holding->in_place ? State::primary : State::taking_over;
  }
  if (std::holds_alternative<Listening>(role_)) return State::init;
  if (std::holds_alternative<Ending>(role_)) return State::leaving;
  return fault_ == FaultClass::none ? State::backup : State::fault;
}

void Election::change_role(Role role, Reason reason, std::optional<PeerIndex> peer) {
  const State from = state_of_role();
  if (const auto* ended = std::get_if<Holding>(&role_); ended && ended->handover)
    if (ended->handover->request) answer(*ended->handover->request, false, reason);
  const Claim* asked = asked_claim();
  const Claim left = asked ? *asked : Claim{};
  role_ = std::move(role);
  if (asked && !asked_claim()) give_lease_up(left);
  const auto* holding = std::get_if<Holding>(&role_);
  act(action::Transition{from, state_of_role(), reason, holding ? holding->claim : seen_, peer});
}

void Election::refresh_statement() {
  const auto* holding = std::get_if<Holding>(&role_);
  const auto* following = std::get_if<Following>(&role_);
  statement_.interval = policy_.interval;
  statement_.detection = policy_.detection;
  statement_.address_digest = policy_.address_digest;
  statement_.state = state_of_role();
  statement_.claim = holding ? holding->claim : seen_;
  statement_.tenure = holding ? holding->tenure : Epoch{};
  statement_.held_for = holding ? now_ - holding->since : 0ns;
  if (following && following->yielded) {
    statement_.tenure = following->yielded->tenure;
    statement_.held_for = following->yielded->together;
  }
  statement_.rank = own_rank();
  statement_.penalty = penalty_;
  statement_.eligible = holding || (following && policy_.takeover && !following->abstain_until);
  statement_.holder_alive = holding != nullptr;
  statement_.accepts_offer = accepts_offer();
  statement_.wish = wish();
  statement_.offer = Offer{};
  if (holding && holding->handover && holding->handover->step == Handover::Step::offered)
    statement_.offer = {holding->handover->offered, peers_[holding->handover->to.value].tag};
  statement_.grant = Grant{};
  if (counts_votes())
    if (const auto promise = vote_.promise(now_))
      statement_.grant = {promise->claim.epoch, granted_to_, promise->until - now_};
  statement_.heard.clear();
  for (const Peer& peer : peers()) {
    if (!is_alive(peer)) continue;
    statement_.heard.push_back(peer.tag);
    if (holding) continue;
    // Also when it has claimed since, which is known from others.
    const bool says_so = holds_claim(peer.statement.state) && peer.statement.claim == seen_;
    const bool claimed_since = peer.heard_at < seen_at_ && peer.statement.sender == seen_.claimant;
    if (says_so || claimed_since) statement_.holder_alive = true;
  }
}

}  // namespace flywall::heartbeat
