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
  if (listening && fair(now_) >= listening->until)
    change_role(Following{}, Reason::started, std::nullopt);
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
    return;
  }
  if (!policy_.takeover || following->abstain_until) return;
  if (!following->vacant_since) open_vacancy(Reason::no_primary, std::nullopt);
  if (!has_quorum()) {
    following->vacant_since = now_;  // the turns are counted from when it can be filled (E2)
    return;
  }
  // Somebody's claim may wait in the sockets (E13).
  if (now_ >= claim_at(*following) && drained_) claim_role();
}

void Election::claim_role() {
  const auto& following = std::get<Following>(role_);
  const Claim claim{next_epoch(), policy_.self};
  const bool faulty = fault_ != FaultClass::none;
  const Holding holding{.claim = claim,
                        .tenure = claim.epoch,
                        .asked = claim.epoch,
                        .since = now_,
                        .reason = following.vacancy,
                        .lost = following.lost,
                        .fault_since = faulty ? std::optional(now_) : std::nullopt};
  see(claim);
  for (Peer& peer : peers()) peer.contest.reset();
  seen_holder_ = true;
  change_role(holding, holding.reason, holding.lost);
  act(action::TakeAddresses{claim.epoch});
  speak();
}

void Election::claim_again(Reason reason) {
  auto& holding = std::get<Holding>(role_);
  holding.claim = Claim{next_epoch(), policy_.self};
  see(holding.claim);
  act(action::Reclaimed{holding.claim, reason});
  if (holding.in_place) act(action::Announce{});
  speak();
}

void Election::step_down(Reason reason, std::optional<PeerIndex> peer) {
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
  drop_addresses();
  const Time until = now_ + std::max(2 * policy_.detection, kShortestAbstention);
  change_role(Following{.abstain_until = until}, reason, std::nullopt);
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

void Election::hold_only_with_quorum() {
  if (std::holds_alternative<Holding>(role_) && !has_quorum())
    step_down(Reason::quorum_lost, std::nullopt);
}

void Election::give_up_slow_addresses() {
  const auto* holding = std::get_if<Holding>(&role_);
  if (holding && !holding->in_place && now_ - holding->since >= kTakeLimit)
    resign(Reason::addresses_refused);
}

void Election::drop_addresses() {
  ++drops_;
  act(action::DropAddresses{});
}

// Two holders met (E8). With a majority the higher claim stays; with none the one with the better
// network, then the one whose tenure is older (it has the connections), then the preferred one.
bool Election::wins_against(const Peer& peer) const {
  const auto& holding = std::get<Holding>(role_);
  if (policy_.quorum == Quorum::majority) return holding.claim > peer.statement.claim;
  const Rank mine = own_rank();
  return std::tie(mine.fault, holding.tenure, mine, policy_.self) <
         std::tie(peer.statement.rank.fault, peer.statement.tenure, peer.statement.rank,
                  peer.statement.sender);
}

void Election::see(const Claim& claim) { seen_ = std::max(seen_, claim); }

Epoch Election::next_epoch() {
  Epoch highest = std::max(seen_.epoch, floor_);
  if (!reserved_ && highest == Epoch{}) highest = policy_.fallback_floor;
  const Epoch next = highest.next();
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
  next_speech_ += policy_.interval;
  if (next_speech_ <= now_) next_speech_ = now_ + policy_.interval;
  extra_speeches_ = kMaxExtraSpeeches;
  if (!mute_) speech_ = std::max<std::uint8_t>(speech_, 1);
}

Rank Election::own_rank() const {
  return {.fault = fault_, .in_sync = true, .priority = policy_.priority};
}

State Election::state_of_role() const {
  if (const auto* holding = std::get_if<Holding>(&role_))
    return holding->in_place ? State::primary : State::taking_over;
  if (std::holds_alternative<Listening>(role_)) return State::init;
  if (std::holds_alternative<Ending>(role_)) return State::leaving;
  return fault_ == FaultClass::none ? State::backup : State::fault;
}

void Election::change_role(Role role, Reason reason, std::optional<PeerIndex> peer) {
  const State from = state_of_role();
  role_ = std::move(role);
  const auto* holding = std::get_if<Holding>(&role_);
  act(action::Transition{from, state_of_role(), reason, holding ? holding->claim : seen_, peer});
}

void Election::refresh_statement() {
  const auto* holding = std::get_if<Holding>(&role_);
  const auto* following = std::get_if<Following>(&role_);
  statement_.state = state_of_role();
  statement_.claim = holding ? holding->claim : seen_;
  statement_.tenure = holding ? holding->tenure : Epoch{};
  statement_.held_for = holding ? now_ - holding->since : 0ns;
  if (following && following->yielded) {
    statement_.tenure = following->yielded->tenure;
    statement_.held_for = following->yielded->together;
  }
  statement_.rank = own_rank();
  statement_.eligible = holding || (following && policy_.takeover && !following->abstain_until);
  statement_.holder_alive = holding != nullptr;
  statement_.heard.clear();
  for (const Peer& peer : peers()) {
    if (!is_alive(peer)) continue;
    statement_.heard.push_back(peer.tag);
    if (!holding && holds_claim(peer.statement.state) && peer.statement.claim == seen_)
      statement_.holder_alive = true;
  }
}

}  // namespace flywall::heartbeat
