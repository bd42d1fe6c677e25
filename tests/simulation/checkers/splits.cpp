#include "tests/simulation/checkers/splits.hpp"

#include <algorithm>
#include <tuple>

#include "tests/simulation/chronicle.hpp"

namespace flywall::simulation {

void SplitsChecker::begin() {
  sides_.clear();
  winner_ = kNobody;
  for (auto& row : reported_) row.fill(kNoMoment);
}

void SplitsChecker::acted(std::size_t machine, const heartbeat::Action& action) {
  if (const auto* split = std::get_if<heartbeat::action::SplitBrain>(&action)) {
    reported_[machine][machine_of(machine, split->peer)] = truth_.now;
    check_duration(machine, *split);
    check_decision(machine, *split);
  }
  const auto* again = std::get_if<heartbeat::action::Reclaimed>(&action);
  if (again && again->reason == heartbeat::Reason::epoch_behind) dispute();
  const auto* transition = std::get_if<heartbeat::action::Transition>(&action);
  if (!transition) return;
  const bool resolves = transition->reason == heartbeat::Reason::split_lost ||
                        (transition->reason == heartbeat::Reason::higher_claim &&
                         plan_.node[0].policy.quorum == heartbeat::Quorum::majority);
  const bool leaves =
      heartbeat::holds_claim(transition->from) && !heartbeat::holds_claim(transition->to);
  if (transition->to == heartbeat::State::taking_over || (leaves && !resolves)) dispute();
}

void SplitsChecker::check_duration(std::size_t machine,
                                   const heartbeat::action::SplitBrain& split) {
  const std::size_t other = machine_of(machine, split.peer);
  const Body& mine = truth_.body[machine];
  const Body& its = truth_.body[other];
  const Acquaintance& known = truth_.between[other][machine];
  if (truth_.is_duplicated(machine) || truth_.is_duplicated(other) || known.life != its.life)
    return;
  // Only when it is the same spell as the one that was told of.
  if (!its.holds() && plan_.nodes > 2) return;  // it tells of its conflict with another holder
  if (!its.running || its.held_since == kNoMoment || known.read < its.held_since) return;
  const Moment end = its.holds() ? truth_.now : its.held_until;
  const Duration true_duration = end - std::max(mine.held_since, its.held_since);
  const Duration slack = plan_.longest_way() + (truth_.now - known.read) +
                         plan_.longest_interval() + true_duration / 1000 + its.slept +
                         (delays_letters() ? plan_.longest_detection() : 0ns);
  const Duration error = split.duration > true_duration ? split.duration - true_duration
                                                        : true_duration - split.duration;
  if (error > slack)
    findings_.report("E8",
                     name(machine) + " reports a split of " + milliseconds(split.duration) +
                         " that lasted " + milliseconds(true_duration),
                     truth_.now);
}

// What is read late tells of a shorter time, and of faults and claims that are no more.
bool SplitsChecker::delays_letters() const {
  return plan_.has(Fault::pause) || plan_.has(Fault::hiccup) || plan_.has(Fault::jitter) ||
         plan_.has(Fault::withhold) || plan_.has(Fault::replay);
}

void SplitsChecker::check_decision(std::size_t machine,
                                   const heartbeat::action::SplitBrain& split) {
  const std::size_t other = machine_of(machine, split.peer);
  const Body& its = truth_.body[other];
  const Acquaintance& known = truth_.between[other][machine];
  if (plan_.counts_votes()) return;  // what decides is the lease, which others cannot see (E6)
  if (delays_letters() || !its.holds() || known.life != its.life || known.read != known.sent)
    return;
  if (truth_.is_duplicated(machine) || truth_.is_duplicated(other)) return;
  if (known.fault != its.fault || known.claim != its.claim) return;
  if (split.stays != is_before(machine, other))
    findings_.report("E8", name(machine) + " decides wrongly who of the two stays", truth_.now);
}

void SplitsChecker::heal() {
  sides_.clear();
  winner_ = kNobody;
  disputed_ = false;
  healed_ = truth_.undisturbed_since;
  for (std::size_t i = 0; i < truth_.machines; ++i) {
    const Body& body = truth_.body[i];
    if (!body.holds()) continue;
    if (truth_.is_duplicated(i) || body.tenure_unclear) disputed_ = true;
    sides_.push_back({i, body.life, body.held_since});
    if (winner_ == kNobody || is_before(i, winner_)) winner_ = i;
  }
}

void SplitsChecker::inspect() {
  if (sides_.size() < 2 || !truth_.is_settled()) return;
  if (!disputed_ && healed_ == truth_.undisturbed_since) {
    // With a majority the lease decides, and one of them at most has it (E6).
    if (!truth_.body[winner_].holds() && !plan_.counts_votes())
      findings_.report("E8", name(winner_) + " should have stayed primary after the split",
                       truth_.now);
    if (plan_.nodes == 2 && !plan_.counts_votes()) {
      const Side& a = sides_[0];
      const Side& b = sides_[1];
      const Moment began = std::max(a.held_since, b.held_since);
      const bool told_apart =
          !truth_.body[a.machine].tenure_broken && !truth_.body[b.machine].tenure_broken;
      if (told_apart &&
          (reported_[a.machine][b.machine] < began || reported_[b.machine][a.machine] < began))
        findings_.report(
            "E8", name(a.machine) + " and " + name(b.machine) + " did not both report their split",
            truth_.now);
    }
  }
  sides_.clear();
}

bool SplitsChecker::is_before(std::size_t a, std::size_t b) const {
  const Body& one = truth_.body[a];
  const Body& two = truth_.body[b];
  const heartbeat::Policy& mine = plan_.node[one.node].policy;
  const heartbeat::Policy& its = plan_.node[two.node].policy;
  if (one.claims_by_force != two.claims_by_force) return one.claims_by_force;
  if (one.claims_by_force) return one.claim > two.claim;
  const Epoch older = one.tenure_broken ? heartbeat::kBrokenTenure : one.tenure;
  const Epoch other = two.tenure_broken ? heartbeat::kBrokenTenure : two.tenure;
  const int preferred = mine.priority + one.penalty;
  const int less = its.priority + two.penalty;
  return std::tie(one.fault, older, preferred, mine.self) <
         std::tie(two.fault, other, less, its.self);
}

std::size_t SplitsChecker::machine_of(std::size_t machine, PeerIndex peer) const {
  const std::size_t node = truth_.body[machine].node;
  return peer.value < node ? peer.value : std::size_t{peer.value} + 1;
}

}  // namespace flywall::simulation
