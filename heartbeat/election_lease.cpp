// Leases in the election (E6): this node votes, gathers votes, and holds no longer than they last.
#include <algorithm>
#include <utility>

#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

namespace {

constexpr Duration kShortestCourting = 1ms;  // between two questions to a witness that refuses
constexpr int kQuestionsPerLease = 16;

}  // namespace

// A voter that starts is silent while it listens, so no vote lasts longer than that (L3).
Duration Election::length_of_vote(Duration detection) const {
  return std::min(std::max(policy_.lease, detection), policy_.listen);
}

// --- this node votes

void Election::note_vote(const event::Heard& heard) {
  if (!counts_votes()) return;
  Peer& peer = peers_[heard.peer.value];
  if (heard.new_instance) peer.asks = peer.waits = false;
  count_grant(heard);
  if (holds_claim(heard.statement.state)) {
    peer.asks = true;
    if (heard.freshness == Freshness::fresh) consider_question(peer);
    return;
  }
  // By its own word it serves no more. A restarted one says nothing about its former life, whose
  // fence may still be open.
  peer.waits = false;
  if (std::exchange(peer.asks, false)) free_vote(heard.statement.sender);
}

void Election::consider_question(Peer& peer) {
  const Statement& said = peer.statement;
  peer.waits = false;
  if (said.voters.size == 0 || difference(said.voters, statement_.voters) > 1) return;  // L5
  const auto before = vote_.promise(now_);
  if (const auto refusal = vote_.ask(now_, said.claim, length_of_vote(said.detection))) {
    peer.waits = *refusal == VoteRefusal::promised || *refusal == VoteRefusal::restarted;
    return;
  }
  granted_to_ = peer.tag;
  if (!before || before->claim != said.claim)
    speak();
  else
    keep_time_with_holder();
}

// A renewal is answered at once, in place of the next regular statement; which then comes a little
// after the next question is due.
void Election::keep_time_with_holder() {
  if (now_ - answered_at_ < policy_.interval / 2) return;  // it came over several paths
  answered_at_ = now_;
  next_speech_ = now_;
}

void Election::free_vote(const NodeId& claimant) {
  const auto promise = vote_.promise(now_);
  if (!promise || promise->claim.claimant != claimant) return;
  vote_.given_up(promise->claim);
  vote_for_waiting();
}

void Election::vote_for_waiting() {
  if (const Peer* peer = first_waiting()) consider_question(peers_[index_of(*peer).value]);
}

const Election::Peer* Election::first_waiting() const {
  const Peer* first = nullptr;
  for (const Peer& peer : peers()) {
    if (!peer.waits || !hears_us(peer)) continue;
    if (!first || peer.statement.claim > first->statement.claim) first = &peer;
  }
  return first;
}

// --- it gathers votes

void Election::count_grant(const event::Heard& heard) {
  const Grant& grant = heard.statement.grant;
  if (heard.freshness != Freshness::fresh || grant.to != policy_.self_tag || mute_) return;
  if (difference(heard.statement.voters, statement_.voters) > 1) return;  // L5
  lease_.granted(place_of(heard.peer), Claim{grant.epoch, policy_.self}, heard.said_after,
                 grant.left);
}

void Election::renew_own_vote() {
  const Claim& claim = std::get<Holding>(role_).claim;
  const Duration length = length_of_vote(policy_.detection);
  if (vote_.ask(now_, claim, length)) return;
  granted_to_ = policy_.self_tag;
  lease_.granted(0, claim, now_, length);
}

// Before anything else is done with the role; also while muted (E13).
void Election::end_lease_if_over() {
  auto* holding = std::get_if<Holding>(&role_);
  if (!counts_votes() || !holding || holding->forced || lease_.holds(now_)) return;
  if (!holding->leased) {
    if (now_ >= gathers_until(*holding)) give_claim_up();
    return;
  }
  holding->kept = only_witnesses_are_missing();
  if (!holding->kept) lose_lease();
}

void Election::keep_lease() {
  if (!counts_votes()) return;
  const Peer* waiting = first_waiting();
  if (waiting && now_ >= vote_.free_for(waiting->statement.sender)) vote_for_waiting();
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding || mute_) return;
  renew_own_vote();
  if (lease_.holds(now_)) {
    holding->leased = true;
    holding->forced = holding->kept = false;
    if (holding->asked == Epoch{}) take_addresses();
    return;
  }
  if (!holding->leased && !holding->forced && !reaches_majority()) give_claim_up();
}

Time Election::gathers_until(const Holding& holding) const {
  return holding.claimed_at + kClaimLeases * length_of_vote(policy_.detection);
}

void Election::begin_lease(const Claim& claim) {
  lease_.begin(claim);
  for (Witness& witness : witnesses_) witness.ask_at = now_;
}

// This node serves no more under `claim`: who voted for it is free.
void Election::give_lease_up(const Claim& claim) {
  if (!counts_votes()) return;
  lease_.end();
  release_witnesses(claim);
  free_vote(policy_.self);
}

// --- witnesses

// Nobody is disturbed by a claim that gets no majority: where the nodes' votes do not suffice, the
// witnesses are asked first.
void Election::court_witnesses() {
  auto& following = std::get<Following>(role_);
  if (following.courts && *following.courts > seen_) return;
  following.courts = Claim{next_epoch(), policy_.self};
  floor_ = std::max(floor_, following.courts->epoch);  // what was given up is not asked for again
  begin_lease(*following.courts);
}

void Election::end_courting() {
  auto& following = std::get<Following>(role_);
  if (following.courts) give_lease_up(*std::exchange(following.courts, std::nullopt));
}

const Claim* Election::asked_claim() const {
  if (const auto* holding = std::get_if<Holding>(&role_)) return &holding->claim;
  const auto* following = std::get_if<Following>(&role_);
  return following && following->courts ? &*following->courts : nullptr;
}

void Election::ask_witnesses() {
  const Claim* claim = counts_votes() && !mute_ ? asked_claim() : nullptr;
  if (!claim) return;
  for (std::size_t i = 0; i < policy_.witnesses.size(); ++i) {
    Witness& witness = witnesses_[i];
    if (now_ < witness.ask_at) continue;
    const WitnessTerms& terms = policy_.witnesses[i];
    act(action::AskWitness{static_cast<WitnessIndex>(i), *claim, terms.lease});
    witness.asked = true;
    witness.ask_at = now_ + terms.renew;
  }
}

void Election::on(const event::WitnessAnswered& answered) {
  if (!counts_votes() || answered.witness >= policy_.witnesses.size()) return;
  see(answered.seen);
  Witness& witness = witnesses_[answered.witness];
  witness.refused = !answered.granted;
  const Claim* claim = asked_claim();
  if (!claim || mute_) return;
  if (answered.granted)
    return lease_.granted(place_of_witness(answered.witness), answered.claim, answered.asked,
                          answered.lease);
  const Duration pause = policy_.witnesses[answered.witness].lease / kQuestionsPerLease;
  witness.ask_at = std::min(witness.ask_at, now_ + std::max(pause, kShortestCourting));
}

void Election::release_witnesses(const Claim& claim) {
  for (std::size_t i = 0; i < policy_.witnesses.size(); ++i) {
    if (!witnesses_[i].asked) continue;
    witnesses_[i] = Witness{};
    act(action::ReleaseWitness{static_cast<WitnessIndex>(i), claim});
  }
}

bool Election::only_witnesses_are_missing() const {
  if (!policy_.keep_on_witness_loss || policy_.witnesses.empty()) return false;
  for (std::size_t i = 0; i < policy_.witnesses.size(); ++i)
    if (witnesses_[i].refused) return false;
  return true;
}

// --- what can be had

bool Election::reaches_majority() const {
  const auto heard = std::count_if(peers().begin(), peers().end(),
                                   [this](const Peer& peer) { return hears_us(peer); });
  const std::size_t votes = 1 + static_cast<std::size_t>(heard) + policy_.witnesses.size();
  return votes * 2 > lease_.voters();
}

// By what it said last. A promise to one who says that it holds nothing any more is as good as
// none.
Time Election::free_at(const Peer& peer) const {
  const Statement& said = peer.statement;
  if (!hears_us(peer) || said.state == State::init || said.voters.size == 0) return kNever;
  if (difference(said.voters, statement_.voters) > 1) return kNever;
  if (said.grant.epoch == Epoch{} || said.grant.to == policy_.self_tag) return Time::min();
  for (const Peer& other : peers()) {
    const bool departed = other.departed && said.grant.epoch <= other.statement.claim.epoch;
    if (other.tag == said.grant.to && (is_alive(other) || departed) &&
        !holds_claim(other.statement.state))
      return Time::min();
  }
  return peer.heard_at + std::max(said.grant.left - peer.round_trip, Duration{});
}

Time Election::votes_free_at(Witnesses witnesses) const {
  if (!counts_votes()) return Time::min();
  std::array<Time, kMaxVoters> free;
  std::size_t count = 0;
  free[count++] = vote_.free_for(policy_.self);
  for (const Peer& peer : peers()) free[count++] = free_at(peer);
  for (std::size_t i = 0; i < policy_.witnesses.size(); ++i) {
    const bool granted = lease_.until_of(place_of_witness(i)) > now_;
    const bool counts = granted || witnesses == Witnesses::hoped_for;
    free[count++] = counts ? Time::min() : kNever;
  }
  const auto last = free.begin() + static_cast<std::ptrdiff_t>(count);
  const auto majority = free.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(free.begin(), majority, last);
  return *majority;
}

Time Election::next_lease_decision() const {
  Time next = kNever;
  if (const Peer* waiting = first_waiting())
    next = std::min(next, vote_.free_for(waiting->statement.sender));
  const auto* holding = std::get_if<Holding>(&role_);
  if (holding && lease_.holds(now_)) next = std::min(next, lease_.until());
  if (holding && !holding->leased && !holding->forced)
    next = std::min(next, gathers_until(*holding));
  if (asked_claim() && !mute_)
    for (std::size_t i = 0; i < policy_.witnesses.size(); ++i)
      next = std::min(next, witnesses_[i].ask_at);
  return next;
}

// --- who votes

void Election::refresh_voters() {
  VoterSet& voters = statement_.voters;
  voters = VoterSet{};
  if (!counts_votes()) return;
  voters.size = static_cast<std::uint8_t>(lease_.voters());
  voters.known.push_back(policy_.self_tag);
  for (const Peer& peer : peers())
    if (peer.tag != NodeTag{}) voters.known.push_back(peer.tag);
  for (const WitnessTerms& witness : policy_.witnesses)
    if (witness.tag != NodeTag{}) voters.known.push_back(witness.tag);
  std::sort(voters.known.begin(), voters.known.end());
}

// The votes of those who stay, stay.
void Election::follow_voters(const event::PolicyChanged& changed) {
  LeaseHolder::Former former{0};
  for (std::uint8_t i = 0; i < changed.policy.peers; ++i)
    if (changed.former[i]) former[1U + i] = place_of(*changed.former[i]);
  const auto& witnesses = changed.policy.witnesses;
  std::array<Witness, kMaxWitnesses> now{};
  for (std::size_t i = 0; i < witnesses.size(); ++i)
    for (std::size_t before = 0; before < policy_.witnesses.size(); ++before)
      if (witnesses[i].tag == policy_.witnesses[before].tag) {
        former[1U + changed.policy.peers + i] = place_of_witness(before);
        now[i] = witnesses_[before];
      }
  witnesses_ = now;
  lease_.reseat(1U + changed.policy.peers + witnesses.size(), former);
}

}  // namespace flywall::heartbeat
