#include "heartbeat/session.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"

namespace flywall::heartbeat {

namespace {

// By how much two clocks may have drifted apart in `elapsed`.
Duration drift(Duration elapsed) { return elapsed / (1'000'000 / (2 * kMaxClockDriftPpm)); }

Duration round_trip_of(Time now, const Echo& echo) { return now - echo.sent - echo.held; }

}  // namespace

Session::Session(InstanceId self, Duration proof_window)
    : self_(self), proof_window_(proof_window) {}

Receipt Session::receive(Time now, PathIndex path, const Contact& contact) {
  FLYWALL_CHECK(path.value < kMaxPaths);
  if (live_ && live_->latest.instance == contact.instance) return receive_live(now, path, contact);
  if (const Retired* retired = find_retired(contact.instance)) {
    const Echo* echo = proof(now, contact);
    return {.verdict = Verdict::superseded_instance,
            .duplicate_node = echo != nullptr && echo->sent > retired->at};
  }
  return receive_other(now, path, contact);
}

Receipt Session::receive_live(Time now, PathIndex path, const Contact& contact) {
  if (!live_->window.accept(contact.counter)) return {.verdict = Verdict::replayed};
  const bool newest = contact.counter > live_->latest.counter;
  // Echoed even when it is stale: the peer judges by its own clock how old the echoed moment is.
  if (newest) live_->latest = {contact.instance, contact.counter, contact.sent, now};

  const Echo* echo = proof(now, contact);
  if (echo == nullptr && !recently_sent(now, contact)) return {.verdict = Verdict::stale};
  map_clock(now, contact, echo);
  Receipt receipt{.verdict = echo != nullptr ? Verdict::fresh : Verdict::deaf, .newest = newest};
  if (echo != nullptr) {
    receipt.round_trip = std::max(round_trip_of(now, *echo), Duration(1));
    receipt.said_after = echo->sent + echo->held - drift(echo->held);
  }
  measure(path, contact, receipt);
  return receipt;
}

Receipt Session::receive_other(Time now, PathIndex path, const Contact& contact) {
  // Who is newer shows in what it has heard of us: a late letter of a former life knows nothing
  // that we said after its successor had proven itself.
  const Echo* echo = proof(now, contact);
  if (echo == nullptr || (proven_since_ && echo->sent <= *proven_since_)) {
    remember_candidate({contact.instance, contact.counter, contact.sent, now});
    return {.verdict = Verdict::unproven};
  }
  if (live_) retire(live_->latest.instance, now);
  const Heard nothing{contact.instance, 0, {}, now};
  live_.emplace(
      Live{.latest = nothing, .window = {}, .offset = now - contact.sent, .offset_at = now});
  proven_since_ = now;
  candidates_.clear();
  paths_ = {};
  Receipt receipt = receive_live(now, path, contact);
  receipt.new_instance = receipt.verdict == Verdict::fresh;
  return receipt;
}

bool Session::depart(InstanceId instance) {
  if (!live_ || live_->latest.instance != instance) return false;
  live_.reset();
  retire(instance, kNever);
  return true;
}

InlineVector<Echo, kMaxEchoes> Session::echoes(Time now) const {
  InlineVector<Echo, kMaxEchoes> result;
  auto add = [&](const Heard& heard) {
    result.push_back({heard.instance, heard.counter, heard.sent, now - heard.at});
  };
  if (live_) add(live_->latest);
  for (const Candidate& candidate : candidates_)
    if (now - candidate.latest.at <= proof_window_) add(candidate.latest);
  return result;
}

std::optional<InstanceId> Session::proven() const {
  if (!live_) return std::nullopt;
  return live_->latest.instance;
}

PathQuality Session::quality(PathIndex path) const {
  FLYWALL_CHECK(path.value < kMaxPaths);
  const Path& measured = paths_[path.value];
  PathQuality result{.round_trip = measured.round_trip};
  if (measured.counted > 0) {
    const auto arrived = static_cast<std::uint32_t>(std::popcount(measured.seen));
    result.loss_permille =
        static_cast<std::uint16_t>((measured.counted - arrived) * 1000 / measured.counted);
  }
  return result;
}

const Echo* Session::proof(Time now, const Contact& contact) const {
  for (const Echo& echo : contact.echoes) {
    const bool recent = echo.sent <= now && now - echo.sent <= proof_window_;
    if (echo.instance == self_ && recent) return &echo;
  }
  return nullptr;
}

bool Session::recently_sent(Time now, const Contact& contact) const {
  const Duration ahead = live_->offset + drift(now - live_->offset_at);
  return now - contact.sent - ahead <= proof_window_;
}

void Session::map_clock(Time now, const Contact& contact, const Echo* echo) {
  const Duration sample = now - contact.sent;
  const Duration bound = live_->offset + drift(now - live_->offset_at);
  const bool stood_still = echo != nullptr && sample - round_trip_of(now, *echo) > bound;
  if (sample >= bound && !stood_still) return;
  live_->offset = sample;
  live_->offset_at = now;
}

const Session::Retired* Session::find_retired(InstanceId instance) const {
  for (const Retired& retired : retired_)
    if (retired.instance == instance) return &retired;
  return nullptr;
}

void Session::retire(InstanceId instance, Time at) {
  retired_[next_retired_] = {instance, at};
  next_retired_ = (next_retired_ + 1) % kRememberedInstances;
}

void Session::remember_candidate(const Heard& heard) {
  for (Candidate& known : candidates_) {
    if (known.latest.instance != heard.instance) continue;
    if (heard.counter > known.latest.counter) known.latest = heard;
    return;
  }
  Candidate* place = place_for(heard);
  if (place != nullptr) *place = {heard, heard.at};
}

// An empty or abandoned place; for an instance not tried before also the one whose trial ended
// first. What leaves a place has been tried.
Session::Candidate* Session::place_for(const Heard& heard) {
  if (candidates_.try_push_back({})) return &candidates_.back();
  const bool newcomer = !was_tried(heard.instance);
  Candidate* chosen = nullptr;
  for (Candidate& candidate : candidates_) {
    const bool abandoned = heard.at - candidate.latest.at > proof_window_;
    const bool tried = heard.at - candidate.first_heard > kTrialWindows * proof_window_;
    if (!abandoned && !(newcomer && tried)) continue;
    if (chosen == nullptr || candidate.first_heard < chosen->first_heard) chosen = &candidate;
  }
  if (chosen != nullptr && !was_tried(chosen->latest.instance)) {
    tried_[next_tried_] = chosen->latest.instance;
    next_tried_ = (next_tried_ + 1) % kTriedInstances;
  }
  return chosen;
}

bool Session::was_tried(InstanceId instance) const {
  return std::find(tried_.begin(), tried_.end(), instance) != tried_.end();
}

void Session::measure(PathIndex path, const Contact& contact, const Receipt& receipt) {
  Path& measured = paths_[path.value];
  if (receipt.round_trip) {
    const Duration sample = *receipt.round_trip;
    Duration& smoothed = measured.round_trip;
    smoothed = smoothed == Duration{} ? sample : smoothed + (sample - smoothed) / 8;
  }
  const bool first = measured.counted == 0;
  // Serial arithmetic (RFC 1982): the sequence may wrap.
  const auto ahead = static_cast<std::int32_t>(contact.path_sequence - measured.highest);
  if (first || ahead > 0) {
    const std::uint32_t step = first ? 1 : static_cast<std::uint32_t>(ahead);
    measured.seen = step < kLossWindow ? (measured.seen << step) | 1 : 1;
    measured.counted = std::min(kLossWindow, measured.counted + std::min(step, kLossWindow));
    measured.highest = contact.path_sequence;
  } else if (ahead > -static_cast<std::int32_t>(kLossWindow)) {
    measured.seen |= std::uint64_t{1} << -ahead;
    measured.counted = std::max(measured.counted, static_cast<std::uint32_t>(1 - ahead));
  }
}

}  // namespace flywall::heartbeat
