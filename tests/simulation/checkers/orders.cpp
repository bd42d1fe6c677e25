#include "tests/simulation/checkers/orders.hpp"

namespace flywall::simulation {

void OrdersChecker::acted(std::size_t machine, const heartbeat::Action& action) {
  const auto* answer = std::get_if<heartbeat::action::Answer>(&action);
  if (!answer) return;
  if (!asked_[machine])
    findings_.report("order", name(machine) + " answers what nobody asked", truth_.now);
  asked_[machine] = false;
}

void OrdersChecker::answered(std::size_t machine) {
  if (asked_[machine])
    findings_.report("order", name(machine) + " does not answer the operator", truth_.now);
}

void OrdersChecker::stopped(std::size_t machine) {
  if (truth_.body[machine].addresses)
    findings_.report("E11", name(machine) + " has stopped and left its addresses behind",
                     truth_.now);
}

void OrdersChecker::inspect() {
  if (plan_.node[0].policy.quorum != heartbeat::Quorum::majority) return;
  if (plan_.has(Fault::withhold)) return;  // the attacker's letters may be new enough
  const Duration patience =
      2 * plan_.longest_detection() + 2 * plan_.longest_interval() + plan_.longest_way();
  for (std::size_t machine = 0; machine < plan_.nodes; ++machine) {
    const Body& body = truth_.body[machine];
    if (!body.holds() || body.paused || truth_.is_duplicated(machine)) continue;
    if (truth_.now - body.resumed < patience || truth_.now - body.held_since < patience) continue;
    std::size_t votes = 1;
    for (std::size_t peer = 0; peer < truth_.machines; ++peer)
      votes += peer != machine && truth_.now - truth_.between[peer][machine].arrived < patience
                   ? 1U
                   : 0U;
    if (votes * 2 <= plan_.nodes)
      findings_.report("E6", name(machine) + " holds though it has not heard a majority for long",
                       truth_.now);
  }
}

}  // namespace flywall::simulation
