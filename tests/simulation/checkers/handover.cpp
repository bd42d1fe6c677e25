#include "tests/simulation/checkers/handover.hpp"

#include <algorithm>

#include "tests/simulation/chronicle.hpp"

namespace flywall::simulation {

using heartbeat::Reason;
using heartbeat::State;

void HandoverChecker::begin() {
  views_ = {};
  silent_since_ = kNoMoment;
}

void HandoverChecker::acted(std::size_t machine, const heartbeat::Action& action) {
  const auto* change = std::get_if<heartbeat::action::Transition>(&action);
  if (!change) return;
  if (change->from == State::handing_over) handed_over(machine, *change);
  if (change->to == State::taking_over && !heartbeat::holds_claim(change->from))
    took_over(machine, *change);
  disturbed(machine);
}

// The commit point: who leaves as planned has a successor that claimed what it was offered.
void HandoverChecker::handed_over(std::size_t machine,
                                  const heartbeat::action::Transition& change) {
  const bool planned = change.to == State::backup || change.to == State::fault;
  const bool without_cause = change.reason == Reason::operator_request ||
                             change.reason == Reason::handed_over ||
                             change.reason == Reason::failback;
  if (!planned || !without_cause || truth_.is_duplicated(machine)) return;
  if (truth_.body[machine].offered < truth_.body[machine].handing_since) return;  // not said yet
  const heartbeat::Offer& offer = truth_.body[machine].offer;
  for (std::size_t i = 0; i < truth_.machines; ++i) {
    const Body& body = truth_.body[i];
    const heartbeat::Policy& policy = plan_.node[body.node].policy;
    if (policy.self_tag != offer.to || !body.exists) continue;
    // It may have claimed and died.
    const bool is_the_same = body.started < truth_.body[machine].handing_since;
    if (!body.running || truth_.is_duplicated(i) || !is_the_same) return;
    if (change.reason == Reason::failback) gave_back(machine, i);
    if (body.claim.epoch >= offer.epoch) return;
  }
  report("E9", machine, "leaves before its successor has claimed what it was offered");
}

void HandoverChecker::took_over(std::size_t machine, const heartbeat::action::Transition& change) {
  const Body& body = truth_.body[machine];
  if (change.reason == Reason::handed_over && !truth_.was_offered(machine, plan_))
    report("E9", machine, "takes what nobody offered");
  const bool asked = was_asked(machine);
  if (change.reason == Reason::promoted && !asked && body.resumed < views_[machine].asked)
    report("order", machine, "promotes itself long after its operator asked for it");
  if (change.reason == Reason::failback && !asked) failed_back(machine);
  demand_majority(machine);
}

bool HandoverChecker::was_asked(std::size_t machine) const {
  return truth_.now - views_[machine].asked <
         2 * plan_.longest_transfer() + plan_.longest_listen() + 4 * plan_.longest_detection();
}

// A node that started anew has forgotten that it took the role back; who gave it remembers.
void HandoverChecker::gave_back(std::size_t machine, std::size_t to) {
  if (was_asked(machine) || was_asked(to)) return;
  const Duration window = plan_.node[truth_.body[machine].node].policy.failback_window;
  Moment& gave = views_[machine].gave[to];
  const bool started_since = gave != kNoMoment && truth_.body[to].started > gave;
  if (started_since && truth_.now - gave < window - window / 1000)
    report("E10", machine, "gives the role back twice in its window");
  gave = truth_.now;
}

void HandoverChecker::forget(std::size_t machine) {
  views_[machine].failed_back = kNoMoment;
  views_[machine].gave.fill(kNoMoment);
  for (View& view : views_) view.gave[machine] = kNoMoment;
}

void HandoverChecker::demand_majority(std::size_t machine) const {
  const Body& body = truth_.body[machine];
  if (plan_.node[0].policy.quorum == heartbeat::Quorum::none || body.forced) return;
  if (plan_.has(Fault::withhold) || plan_.has(Fault::pause) || plan_.has(Fault::replay) ||
      plan_.has(Fault::jitter) || plan_.has(Fault::clone))
    return;  // what is believed may be older than what arrived, or from a clone that is gone
  const Duration patience = 2 * plan_.longest_detection() + 2 * plan_.longest_interval();
  std::size_t votes = 1 + plan_.witnesses;
  for (std::size_t peer = 0; peer < truth_.machines; ++peer)
    votes += peer != machine && truth_.now - truth_.between[peer][machine].arrived < patience;
  if (votes * 2 <= plan_.voters())
    report("E6", machine, "claims though it has not heard a majority for long");
}

void HandoverChecker::failed_back(std::size_t machine) {
  View& view = views_[machine];
  const heartbeat::Policy& policy = plan_.node[truth_.body[machine].node].policy;
  // Clocks run a little fast or slow.
  const auto roughly = [](Duration duration) { return duration - duration / 1000; };
  if (policy.failback == heartbeat::Failback::disabled)
    report("E10", machine, "fails back though that is disabled");
  if (truth_.now - view.fit_since < roughly(policy.failback_delay))
    report("E10", machine, "fails back before its delay");
  if (view.failed_back != kNoMoment &&
      truth_.now - view.failed_back < roughly(policy.failback_window))
    report("E10", machine, "fails back twice in its window");
  view.failed_back = truth_.now;
}

bool HandoverChecker::is_calm() const {
  if (truth_.disturbances > 0 || truth_.now < truth_.loose_until) return false;
  for (std::size_t i = 0; i < truth_.machines; ++i)
    if (truth_.body[i].running && truth_.body[i].paused) return false;
  return true;
}

// E9: the old one stops answering before the new one begins.
void HandoverChecker::addresses_changed() {
  std::size_t answering = 0;
  for (std::size_t i = 0; i < truth_.machines; ++i)
    answering += truth_.body[i].running && truth_.body[i].answering() ? 1U : 0U;
  if (answering > 1 && is_calm())
    findings_.report("E9", "two answer for the addresses in calm", truth_.now);
  const Duration silence = truth_.now - silent_since_;
  if (answering > 0 && silent_since_ != kNoMoment && is_calm() &&
      silence > plan_.shortest_handover())
    findings_.report("E9", "nobody answered for the addresses for " + milliseconds(silence),
                     truth_.now);
  silent_since_ = answering == 0 && is_calm() ? truth_.now : kNoMoment;
}

// E9: an offer that nobody takes is withdrawn.
void HandoverChecker::inspect() {
  for (std::size_t i = 0; i < truth_.machines; ++i) {
    const Body& body = truth_.body[i];
    if (!body.awake() || body.state != State::handing_over) continue;
    const heartbeat::Policy& policy = plan_.node[body.node].policy;
    const Duration limit =
        plan_.longest_transfer() + policy.detection + 2 * policy.interval + plan_.lateness;
    if (truth_.now - std::max(body.handing_since, body.resumed) > limit + body.slept)
      report("E9", i, "does not withdraw what nobody takes");
  }
}

void HandoverChecker::report(const char* rule, std::size_t machine, const std::string& what) const {
  findings_.report(rule, plan_.name_of_machine(machine, truth_.body[machine].node) + " " + what,
                   truth_.now);
}

}  // namespace flywall::simulation
