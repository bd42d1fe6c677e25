// What the failover loop writes into history and into the published status.
#include <algorithm>

#include "base/clock.hpp"
#include "daemon/failover/failover_loop.hpp"

namespace flywall::failover {

namespace {

namespace action = heartbeat::action;
using processes::Happening;
using processes::HistoryEntry;

constexpr Duration kPublishPause = 50ms;   // without a change that a person would see
constexpr Duration kDuplicatePause = 60s;  // between two warnings

}  // namespace

HistoryEntry FailoverLoop::entry(Happening happening) const {
  const heartbeat::Claim claim = election_.claim();
  return {.happening = happening,
          .from = election_.state(),
          .to = election_.state(),
          .epoch = claim.epoch,
          .claimant = claim.claimant};
}

void FailoverLoop::carry_out(const action::Transition& transition) {
  auto report = entry(Happening::transition);
  report.from = transition.from;
  report.to = transition.to;
  report.reason = transition.reason;
  report.epoch = transition.claim.epoch;
  report.claimant = transition.claim.claimant;
  if (transition.peer) report.peer = peers_.node(*transition.peer);
  write(report);
  consider_fencing(transition);
  tell_role(transition);
  if (transition.to == heartbeat::State::primary) ++snapshot_.failovers;
  snapshot_.transition_at = now_;
  snapshot_.transition_wall_ms = wall_clock_ms();
  snapshot_.transition_from = transition.from;
  snapshot_.transition_to = transition.to;
  snapshot_.transition_reason = transition.reason;
  changed_ = true;
}

void FailoverLoop::carry_out(const action::PeerChanged& changed) {
  auto report = entry(changed.alive ? Happening::peer_alive : Happening::peer_silent);
  if (changed.path)
    report.happening = changed.alive ? Happening::path_alive : Happening::path_silent;
  report.peer = peers_.node(changed.peer);
  if (changed.alive && owed_ && owed_->peer == report.peer) owed_.reset();
  paths_changed_ = true;
  if (changed.path) {
    processes::PeerStatus status;
    peers_.describe(changed.peer, status);
    report.detail = InlineText<120>::cut(status.paths[changed.path->value].remote.str());
  }
  write(report);
  changed_ = true;
}

void FailoverLoop::carry_out(const action::SplitBrain& split) {
  auto report = entry(Happening::split_brain);
  report.reason = split.stays ? heartbeat::Reason::split_won : heartbeat::Reason::split_lost;
  report.peer = peers_.node(split.peer);
  report.duration = split.duration;
  write(report);
  ++snapshot_.split_brains;
  snapshot_.split_brain_time += split.duration;
  changed_ = true;
}

void FailoverLoop::carry_out(const action::Reclaimed& reclaimed) {
  auto report = entry(Happening::claimed_again);
  report.reason = reclaimed.reason;
  report.epoch = reclaimed.claim.epoch;
  write(report);
}

void FailoverLoop::carry_out(const action::Paused& paused) {
  auto report = entry(Happening::paused);
  report.reason = heartbeat::Reason::paused;
  report.duration = paused.gap;
  write(report);
  ++snapshot_.pauses;
}

void FailoverLoop::carry_out(const action::EpochUnreserved& unreserved) {
  auto report = entry(Happening::epoch_unreserved);
  report.epoch = unreserved.epoch;
  write(report);
}

void FailoverLoop::note_outcome(const AddressOutcome& outcome) {
  note_fence(outcome);
  if (outcome.overtaken) return advance(heartbeat::event::AddressesDropped{});
  snapshot_.addresses_held = outcome.held;
  snapshot_.held = outcome.bits;
  snapshot_.routes_held = outcome.routes_held;
  snapshot_.announcements = outcome.announcements;
  changed_ = true;
  for (const AddressOutcome::Note& note : outcome.notes) {
    const auto happening =
        note.kind == AddressOutcome::Note::Kind::failed   ? Happening::address_failed
        : note.kind == AddressOutcome::Note::Kind::in_use ? Happening::address_in_use
                                                          : Happening::address_foreign;
    auto report = entry(happening);
    report.detail = note.text;
    write(report);
  }
  auto report = entry(Happening::addresses_taken);
  report.duration = outcome.duration;
  report.count = outcome.added;
  switch (outcome.kind) {
    case AddressOutcome::Kind::taken:
      report.count = outcome.held;
      write(report);
      return advance(heartbeat::event::AddressesTaken{outcome.epoch});
    case AddressOutcome::Kind::refused:
      return advance(heartbeat::event::AddressesRefused{outcome.epoch});
    case AddressOutcome::Kind::quieted:
      return advance(heartbeat::event::AddressesQuieted{});
    case AddressOutcome::Kind::dropped:
      report.happening = Happening::addresses_dropped;
      report.count = outcome.removed;
      write(report);
      return advance(heartbeat::event::AddressesDropped{});
    case AddressOutcome::Kind::configured:
      return finish_reload();
    case AddressOutcome::Kind::changed:
      report.happening = Happening::address_restored;
      if (outcome.repair) write(report);
  }
}

// Two machines that use one node id send many datagrams; one warning a minute says it.
void FailoverLoop::warn_of_duplicate(const NodeId& node) {
  if (duplicate_warned_ != Time{} && now() - duplicate_warned_ < kDuplicatePause) return;
  duplicate_warned_ = now();
  auto report = entry(Happening::duplicate_node);
  report.peer = node;
  write(report);
}

void FailoverLoop::warn_of_mismatch(PeerIndex peer, const heartbeat::Statement& statement) {
  std::uint64_t& warned = mismatch_[peer.value];
  const bool same = statement.address_digest == setting_.policy.address_digest;
  if (same) warned = 0;
  if (same || warned == statement.address_digest) return;
  warned = statement.address_digest;
  auto report = entry(Happening::address_mismatch);
  report.peer = statement.sender;
  write(report);
}

void FailoverLoop::publish() {
  if (!changed_ && now_ - published_ < kPublishPause) return;
  changed_ = false;
  published_ = now_;
  snapshot_.updated = now_;
  snapshot_.state = election_.state();
  snapshot_.claim = election_.claim();
  snapshot_.rank = election_.statement().rank;
  const auto holder = election_.holder();
  snapshot_.holder_known = holder.has_value();
  snapshot_.holder = holder.value_or(NodeId{});
  snapshot_.fault = election_.fault();
  snapshot_.penalty = election_.penalty();
  conditions_.describe(snapshot_);
  witnesses_.describe(snapshot_);
  snapshot_.failback = election_.failback();
  describe_fence(snapshot_.fence);
  snapshot_.handing_over = election_.state() == heartbeat::State::handing_over;
  const auto successor = election_.successor();
  snapshot_.successor = successor ? peers_.node(*successor) : NodeId{};
  snapshot_.muted = election_.muted();
  snapshot_.has_quorum = election_.has_quorum();
  snapshot_.stopping = stopping_;
  snapshot_.heartbeats_sent = peers_.sent();
  snapshot_.heartbeats_received = peers_.received();
  snapshot_.refused = peers_.refusals();
  snapshot_.reports_lost = journal_.lost() + outbox_.lost();
  for (std::uint8_t i = 0; i < peers_.size(); ++i) {
    processes::PeerStatus status;
    peers_.describe(PeerIndex{i}, status);
    const heartbeat::PeerView view = election_.peer(PeerIndex{i});
    status.known = view.known;
    status.alive = view.alive;
    status.hears_us = view.hears_us;
    status.state = view.statement.state;
    status.rank = view.statement.rank;
    status.claim = view.statement.claim;
    status.interval = view.statement.interval;
    status.detection = view.statement.detection;
    status.round_trip = view.round_trip;
    status.last_heard = view.last_heard;
    status.address_digest = view.statement.address_digest;
    status.protocol_minor = view.statement.protocol_minor;
    for (std::uint8_t path = 0; path < kMaxPaths; ++path)
      status.paths[path].alive = (view.living_paths >> path) & 1;
    snapshot_.peers[i] = status;
  }
  parts_.status.publish(snapshot_);
}

}  // namespace flywall::failover
