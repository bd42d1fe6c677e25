#include "daemon/tasks/role_scripts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flywall::tasks {

using heartbeat::Reason;
using heartbeat::State;
using processes::message::Prepare;
using processes::message::RoleChanged;

bool is_planned(Reason reason) {
  constexpr Reason kPlanned[] = {Reason::operator_request, Reason::stopping,
                                 Reason::peer_left,        Reason::handed_over,
                                 Reason::failback,         Reason::promoted,
                                 Reason::transfer_timeout, Reason::addresses_not_quieted};
  return std::ranges::find(kPlanned, reason) != std::end(kPlanned);
}

RoleScripts::Output RoleScripts::prepare(const Prepare& asked, Time now) {
  Output output;
  if (!rules_.has_pre) {
    output.prepared = true;
    return output;
  }
  const auto answers = [](const Call& call) { return call.answer_by.has_value(); };
  // Asked again while the first question is open: one answer serves both.
  if ((running_ && answers(*running_)) || std::ranges::any_of(waiting_, answers)) return output;
  progress_.opened = true;
  enqueue({.hook = Hook::pre,
           .from = State::primary,
           .to = State::backup,
           .reason = asked.reason,
           .epoch = asked.epoch,
           .peer = asked.to,
           .planned = true,
           .answer_by = later(now, rules_.limit)},
          output);
  begin_next(now, output);
  return output;
}

RoleScripts::Output RoleScripts::changed(const RoleChanged& change, Time now) {
  Output output;
  const bool gains = change.to == State::taking_over || change.to == State::primary;
  if (gains && progress_.settled != State::primary && !progress_.opened) {
    progress_.opened = true;
    enqueue({.hook = Hook::pre,
             .from = progress_.settled,
             .to = State::primary,
             .reason = change.reason,
             .epoch = change.epoch,
             .peer = change.peer,
             .planned = is_planned(change.reason)},
            output);
  }
  if (change.to == State::handing_over) handing_over_ = true;
  if (change.to != State::taking_over && change.to != State::handing_over) settle(change, output);
  begin_next(now, output);
  return output;
}

void RoleScripts::settle(const RoleChanged& change, Output& output) {
  const State before = progress_.settled;
  const bool concerns = before == State::primary || change.to == State::primary;
  const bool runs = progress_.opened || (concerns && before != change.to);
  const bool planned = std::exchange(handing_over_, false) || is_planned(change.reason);
  progress_ = {.settled = change.to};
  if (!runs) return;
  enqueue({.hook = Hook::post,
           .from = before,
           .to = change.to,
           .reason = change.reason,
           .epoch = change.epoch,
           .peer = change.peer,
           .planned = planned},
          output);
}

RoleScripts::Output RoleScripts::ended(bool good, Time now) {
  Output output;
  if (running_ && running_->answer_by) answer(good, output);
  running_.reset();
  begin_next(now, output);
  return output;
}

RoleScripts::Output RoleScripts::tick(Time now) {
  Output output;
  if (running_ && running_->answer_by && *running_->answer_by <= now) {
    running_->answer_by.reset();
    answer(false, output);
  }
  const auto late = [now](const Call& call) { return call.answer_by && *call.answer_by <= now; };
  if (const auto found = std::ranges::find_if(waiting_, late); found != waiting_.end()) {
    output.skipped.push_back(*found);
    waiting_.erase(found);
    answer(false, output);
  }
  begin_next(now, output);
  return output;
}

Time RoleScripts::deadline() const {
  Time result = kNever;
  if (running_ && running_->answer_by) result = *running_->answer_by;
  for (const Call& call : waiting_)
    if (call.answer_by) result = std::min(result, *call.answer_by);
  return result;
}

void RoleScripts::enqueue(Call call, Output& output) {
  if (call.hook == Hook::pre ? !rules_.has_pre : !rules_.has_post) return;
  if (waiting_.size() == kMaxWaiting) {
    output.skipped.push_back(waiting_.front());
    if (waiting_.front().answer_by) answer(false, output);
    waiting_.pop_front();
  }
  waiting_.push_back(call);
}

void RoleScripts::begin_next(Time now, Output& output) {
  if (running_ || waiting_.empty()) return;
  running_ = waiting_.front();
  waiting_.pop_front();
  const Duration limit = running_->answer_by
                             ? std::max<Duration>(*running_->answer_by - now, kShortestRun)
                             : rules_.limit;
  output.begin = Begin{.call = *running_, .limit = limit};
}

// A required script that failed stops the change: there is nothing left to finish with a `post`.
void RoleScripts::answer(bool good, Output& output) {
  output.prepared = good || !rules_.pre_required;
  if (!*output.prepared) progress_.opened = false;
}

}  // namespace flywall::tasks
