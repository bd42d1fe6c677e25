#include "heartbeat/election.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/check.hpp"

namespace flywall::heartbeat {

Election::Election(const Policy& policy, Time now)
    : policy_(policy),
      role_(Listening{now + policy.listen}),
      now_(now),
      deadline_(now),
      next_speech_(now),
      vote_(now, policy.listen),
      lease_(1U + policy.peers + policy.witnesses.size()),
      answered_at_(now - policy.interval),
      budget_ends_at_(now),
      random_(policy.seed) {
  FLYWALL_CHECK(policy.peers <= kMaxPeers && !policy.self.empty());
  FLYWALL_CHECK(policy.interval > 0ns && policy.detection >= policy.interval);
  FLYWALL_CHECK(policy.listen >= policy.detection);
  FLYWALL_CHECK(policy.listen >= policy.lease);
  statement_.sender = policy.self;
  refresh_voters();
  refresh_statement();
}

const Actions& Election::step(Time now, const Event& event) {
  FLYWALL_CHECK(now >= now_);
  actions_.clear();
  speech_ = 0;
  drained_ = false;
  now_ = now;
  notice_lateness();
  end_lease_if_over();
  std::visit([this](const auto& what) { on(what); }, event);
  end_pause_if_due();
  keep_lease();
  if (!mute_) decide();
  ask_witnesses();
  reserve_ahead();
  speak_regularly();
  refresh_statement();
  if (speech_ > 0) act(action::Speak{speech_});
  refresh_deadline();
  return actions_;
}

// Time alone decides nothing before the sockets are empty: what waits there may say otherwise
// (E13).
void Election::decide() {
  if (drained_) {
    judge_silence();
    finish_listening();
  } else if (!draining_ && now_ >= next_decision()) {
    draining_ = true;
    act(action::DrainSockets{});
  }
  yield_to_unheard_holder();
  give_way_if_faulty();
  give_way_if_penalised();
  watch_handover();
  give_up_slow_addresses();
  consider_claiming();
  consider_failback();
  consider_wanted();
}

void Election::notice_lateness() {
  const Duration late = now_ - deadline_;
  if (late <= 0ns) return;
  lateness_ += late;
  if (late >= pause_limit()) begin_pause(late);
}

Duration Election::pause_limit() const {
  const Duration half = policy_.detection / 2;
  return policy_.quorum == Quorum::none ? std::max(half, kShortestPause) : half;
}

void Election::begin_pause(Duration gap) {
  act(action::Paused{gap});
  auto* holding = std::get_if<Holding>(&role_);
  if (holding && gap >= policy_.detection) {
    holding->tenure = kBrokenTenure;
    holding->forced = false;
  }
  if (auto* following = std::get_if<Following>(&role_)) following->preferred_since.reset();
  mute_ = Mute{.until = fair(now_) + policy_.detection};
  draining_ = true;
  act(action::DrainSockets{});
}

void Election::end_pause_if_due() {
  if (!mute_ || !mute_->drained || (!mute_->heard && fair(now_) < mute_->until)) return;
  mute_.reset();
  for (Peer& peer : peers()) {
    peer.detector.forgive(fair(now_));
    if (peer.deaf_since) peer.deaf_since = fair(now_);  // nobody hears the silent
  }
  next_speech_ = now_;
  // What was read is old: somebody may have taken over since, and says so within a detection time.
  if (auto* following = std::get_if<Following>(&role_))
    following->abstain_until =
        std::max(following->abstain_until.value_or(now_), now_ + policy_.detection);
}

Time Election::next_decision() const {
  Time next = kNever;
  for (const Peer& peer : peers()) next = std::min(next, real(peer.detector.deadline()));
  if (const auto* listening = std::get_if<Listening>(&role_))
    next = std::min(next, real(listening->until));
  if (const auto* following = std::get_if<Following>(&role_)) {
    if (following->abstain_until)
      next = std::min(next, *following->abstain_until);
    else if (following->vacant_since && may_claim())
      next = std::min(next, next_claim(*following));
    if (following->preferred_since && !following->wishes && fails_back_by_itself())
      next = std::min(next, ready_at(*following));
  }
  if (const auto* holding = std::get_if<Holding>(&role_)) {
    if (holding->handover) next = std::min(next, holding->handover->until);
    if (holding->overruled_since)
      next = std::min(next, real(*holding->overruled_since + policy_.detection));
  }
  if (wanted_) next = std::min(next, wanted_until());
  return next;
}

void Election::refresh_deadline() {
  deadline_ = next_speech_;
  if (mute_) {
    if (mute_->drained) deadline_ = std::min(deadline_, real(mute_->until));
  } else if (!draining_) {
    deadline_ = std::min(deadline_, next_decision());
  }
  const auto* holding = std::get_if<Holding>(&role_);
  if (holding && holding->asked > Epoch{} && !holding->in_place && !mute_)
    deadline_ = std::min(deadline_, holding->asked_at + policy_.take_limit);
  if (counts_votes()) deadline_ = std::min(deadline_, next_lease_decision());
  deadline_ = std::max(deadline_, now_);
}

void Election::on(const event::Heard& heard) {
  FLYWALL_CHECK(heard.peer.value < policy_.peers && heard.path.value < kMaxPaths);
  Peer& peer = peers_[heard.peer.value];
  if (!heard.newest) return note_path(peer, heard);
  note_heard(peer, heard);
  note_vote(heard);
  if (mute_ && heard.freshness == Freshness::fresh) mute_->heard = true;
  if (heard.statement.state == State::leaving) return note_leaving(heard.peer, Reason::peer_left);
  if (commit_if_taken()) return;
  if (holds_claim(heard.statement.state)) {
    meet_holder(heard.peer);
    consider_offer(heard);
  } else {
    meet_follower(heard.peer);
    consider_wish(heard.peer);
  }
}

void Election::on(const event::Departed& departed) {
  note_leaving(departed.peer, Reason::peer_died);
}

void Election::on(const event::SocketsDrained&) {
  draining_ = false;
  if (mute_)
    mute_->drained = true;
  else
    drained_ = true;
}

void Election::on(const event::AddressesTaken& taken) {
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding || holding->in_place || taken.epoch != holding->asked) return;
  holding->in_place = true;
  act(action::Transition{State::taking_over, State::primary, holding->reason, holding->claim,
                         holding->lost});
  speak();
}

void Election::on(const event::AddressesRefused& refused) {
  const auto* holding = std::get_if<Holding>(&role_);
  if (holding && refused.epoch == holding->asked) resign(Reason::addresses_refused);
}

void Election::on(const event::AddressesDropped&) {
  if (drops_ > 0) --drops_;
  if (drops_ == 0 && std::holds_alternative<Ending>(role_)) act(action::Stopped{});
}

void Election::on(const event::FaultChanged& changed) {
  if (changed.fault == fault_ && changed.penalty == penalty_) return;
  const State before = state_of_role();
  if (auto* holding = std::get_if<Holding>(&role_)) {
    if (changed.fault > fault_) holding->fault_since = now_;
    if (changed.penalty > penalty_) holding->penalty_since = now_;
    if (changed.penalty == 0) holding->penalty_since.reset();
  }
  fault_ = changed.fault;
  penalty_ = changed.penalty;
  if (const State after = state_of_role(); after != before)
    act(action::Transition{before, after, Reason::own_fault, seen_, std::nullopt});
  speak();
}

void Election::on(const event::EpochsReserved& reserved) {
  floor_ = std::max(floor_, reserved.floor);
  reserved_ = std::max(reserved_.value_or(Epoch{}), reserved.up_to);
}

void Election::note_heard(Peer& peer, const event::Heard& heard) {
  const Statement& said = heard.statement;
  const bool was_alive = is_alive(peer);
  const bool was_holder = was_alive && holds_claim(peer.statement.state);
  const FaultClass fault_before = peer.statement.rank.fault;
  peer.statement = said;
  const bool renamed = peer.tag != heard.tag;
  peer.tag = heard.tag;
  if (renamed) refresh_voters();
  peer.known = true;
  peer.departed = false;
  peer.heard_at = now_;
  if (heard.round_trip > 0ns) peer.round_trip = heard.round_trip;
  if (heard.new_instance) peer.contest.reset();
  peer.forgot_failback |= heard.new_instance;
  if (heard.freshness == Freshness::fresh)
    peer.deaf_since.reset();
  else if (!peer.deaf_since || !was_alive)
    peer.deaf_since = fair(now_);
  note_path(peer, heard);
  if (!was_alive) act(action::PeerChanged{heard.peer, std::nullopt, true});
  see(said.claim);
  if (holds_claim(said.state)) seen_holder_ = true;
  if (was_holder && !holds_claim(said.state) && said.state != State::leaving)
    open_vacancy(heard.new_instance ? Reason::peer_restarted : Reason::peer_resigned, heard.peer);
  // A holder in trouble asks for somebody better: answer at once (E11).
  if (holds_claim(said.state) && said.rank.fault > fault_before && said.rank.fault > fault_)
    speak();
}

void Election::note_path(Peer& peer, const event::Heard& heard) {
  if (peer.detector.heard(heard.path, fair(now_), heard.statement.detection))
    act(action::PeerChanged{heard.peer, heard.path, true});
}

void Election::note_leaving(PeerIndex index, Reason reason) {
  Peer& peer = peers_[index.value];
  if (peer.departed || !peer.known) return;
  const bool was_alive = is_alive(peer);
  const bool was_holder =
      was_alive && (reason == Reason::peer_left || holds_claim(peer.statement.state));
  peer.waits = false;
  if (std::exchange(peer.asks, false)) free_vote(peer.statement.sender);
  peer.departed = true;
  peer.statement.state = State::leaving;
  peer.statement.eligible = false;
  peer.detector.depart();
  peer.contest.reset();
  if (was_alive) act(action::PeerChanged{index, std::nullopt, false});
  if (was_holder && !holder_lives()) open_vacancy(reason, index);
}

void Election::meet_holder(PeerIndex index) {
  if (auto* following = std::get_if<Following>(&role_)) {
    following->abstain_until.reset();
    const bool won =
        following->yielded && peers_[index.value].statement.claim > following->yielded->seen;
    if (won) following->yielded.reset();
    return;
  }
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding) return;
  Peer& peer = peers_[index.value];
  if (is_offered_to_us(peer)) return;  // it will hear that we took the role
  const bool stays = wins_against(peer);
  if (!peer.contest || peer.contest->tenure != peer.statement.tenure) report_split(index, stays);
  if (!stays)
    return step_down(policy_.quorum == Quorum::none ? Reason::split_lost : Reason::higher_claim,
                     index);
  if (peer.deaf_since) {
    const Duration deaf_for = fair(now_) - *peer.deaf_since;
    const bool gives_way = policy_.quorum == Quorum::none && !mute_ && !holding->forced;
    if (gives_way && deaf_for >= policy_.detection) step_down(Reason::deaf_peer, index);
    return;
  }
  if (peer.contest->answered && peer.statement.claim < holding->claim) return;
  peer.contest->answered = true;
  claim_again(Reason::split_won);
}

void Election::meet_follower(PeerIndex index) {
  auto* holding = std::get_if<Holding>(&role_);
  if (!holding) return;
  Peer& peer = peers_[index.value];
  const bool yielded = peer.statement.tenure != Epoch{} && peer.statement.claim >= holding->claim;
  if (yielded && (!peer.contest || peer.contest->tenure != peer.statement.tenure))
    report_split(index, true);
  if (peer.contest && (yielded || !peer.contest->answered)) {
    peer.contest->answered = true;
    return claim_again(Reason::split_won);
  }
  if (peer.contest) {
    // It left. Its last announcement may have won over ours: announce again.
    peer.contest.reset();
    act(action::Announce{});
  }
  if (peer.statement.claim <= holding->claim) return;
  const Peer* claimant = peer_named(peer.statement.claim.claimant);
  if (!peer.statement.holder_alive || (claimant && claimant->departed))
    claim_again(Reason::epoch_behind);
}

void Election::report_split(PeerIndex index, bool stays) {
  const auto& holding = std::get<Holding>(role_);
  Peer& peer = peers_[index.value];
  peer.contest = Contest{.tenure = peer.statement.tenure};
  // Of two claims one at most has the lease: nobody else served (E6).
  const bool leases = counts_votes() && peer.statement.wish != Wish::force;
  if (leases && !holding.forced && !holding.kept) return;
  act(action::SplitBrain{index, held_together(holding, peer), stays});
}

Duration Election::held_together(const Holding& holding, const Peer& peer) const {
  return std::min(now_ - holding.since, peer.statement.held_for);
}

void Election::judge_silence() {
  for (std::uint8_t i = 0; i < policy_.peers; ++i) {
    if (const std::uint8_t fallen = peers_[i].detector.judge(fair(now_)))
      fall_silent(PeerIndex{i}, fallen);
  }
}

void Election::fall_silent(PeerIndex index, std::uint8_t paths) {
  Peer& peer = peers_[index.value];
  for (std::uint8_t path = 0; path < kMaxPaths; ++path)
    if ((paths >> path) & 1) act(action::PeerChanged{index, PathIndex{path}, false});
  if (is_alive(peer)) return;
  act(action::PeerChanged{index, std::nullopt, false});
  peer.deaf_since.reset();
  peer.contest.reset();
  if (!holds_claim(peer.statement.state)) return;
  open_vacancy(Reason::peer_silent, index);
  if (policy_.peers > 1) speak();  // others may wait for our opinion
}

}  // namespace flywall::heartbeat
