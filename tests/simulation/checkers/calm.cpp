#include "tests/simulation/checkers/calm.hpp"

namespace flywall::simulation {

void CalmChecker::inspect() {
  if (!truth_.is_settled()) return;
  if (somebody_can()) return demand_one();
  for (std::size_t i = 0; i < truth_.machines; ++i)
    if (truth_.body[i].holds() && plan_.node[0].policy.quorum == heartbeat::Quorum::majority)
      findings_.report("E6",
                       plan_.name_of_machine(i, truth_.body[i].node) + " holds without a majority",
                       truth_.now);
}

void CalmChecker::expect_one_takeover() {
  takeovers_left_ = 1;
  lone_fault_ = truth_.events;
}

void CalmChecker::acted(const heartbeat::Action& action) {
  const auto* transition = std::get_if<heartbeat::action::Transition>(&action);
  if (!transition || transition->to != heartbeat::State::taking_over ||
      heartbeat::holds_claim(transition->from))
    return;
  if (truth_.events != lone_fault_) return;
  if (--takeovers_left_ < 0) findings_.report("E2", "several candidates claim at once", truth_.now);
}

bool CalmChecker::somebody_can() const {
  if (plan_.node[0].policy.quorum == heartbeat::Quorum::majority &&
      (truth_.running() + plan_.witnesses) * 2 <= plan_.voters())
    return false;
  for (std::size_t i = 0; i < truth_.machines; ++i)
    if (truth_.body[i].running && plan_.node[truth_.body[i].node].policy.takeover) return true;
  return false;
}

void CalmChecker::demand_one() {
  std::size_t count = 0;
  std::size_t primary = kNobody;
  for (std::size_t i = 0; i < truth_.machines; ++i) {
    count += truth_.body[i].holds() ? 1U : 0U;
    if (truth_.body[i].in_place()) primary = i;
  }
  if (count > 1)
    return findings_.report("E8", "several primaries though all hear each other", truth_.now);
  if (primary == kNobody)
    return findings_.report("E4", "no primary though one is possible", truth_.now);
  if (stretch_ == truth_.settled_at && stable_ != kNobody && stable_ != primary)
    findings_.report("E5", "the primary changed though nothing happened", truth_.now);
  stretch_ = truth_.settled_at;
  stable_ = primary;
  demand_none_better(primary);
}

void CalmChecker::demand_none_better(std::size_t primary) {
  const Body& its = truth_.body[primary];
  const bool weighs = its.penalty > 0 && plan_.nodes == 2 && !plan_.is_commanded();
  for (std::size_t i = 0; i < truth_.machines; ++i) {
    const Body& body = truth_.body[i];
    if (!body.running || !plan_.node[body.node].policy.takeover || i == primary) continue;
    const int weight = plan_.node[body.node].policy.priority + body.penalty;
    const bool outweighs = weighs && body.fault == its.fault && body.penalty < its.penalty &&
                           weight < plan_.node[its.node].policy.priority + its.penalty;
    if (body.fault >= its.fault && !outweighs) continue;
    findings_.report("E11",
                     plan_.name_of_machine(primary, its.node) +
                         " keeps the role in spite of its fault and a better peer",
                     truth_.now);
  }
}

}  // namespace flywall::simulation
