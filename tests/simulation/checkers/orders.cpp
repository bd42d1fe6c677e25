#include "tests/simulation/checkers/orders.hpp"

#include <algorithm>

namespace flywall::simulation {

void OrdersChecker::acted(std::size_t machine, const heartbeat::Action& action) {
  const auto* answer = std::get_if<heartbeat::action::Answer>(&action);
  if (!answer) return;
  const auto asked = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& one) {
    return one.machine == machine && one.request == answer->request;
  });
  if (asked == asked_.end())
    return findings_.report("order", name(machine) + " answers what nobody asks", truth_.now);
  asked_.erase(asked);
}

void OrdersChecker::ordered(std::size_t machine, std::uint64_t request) {
  asked_.push_back({machine, truth_.body[machine].life, request, truth_.now});
}

void OrdersChecker::stopped(std::size_t machine) {
  if (truth_.body[machine].addresses)
    findings_.report("E11", name(machine) + " has stopped and left its addresses behind",
                     truth_.now);
}

void OrdersChecker::inspect() {
  demand_answers();
  demand_majority();
}

void OrdersChecker::demand_answers() {
  std::erase_if(asked_, [this](const Asked& one) {
    const Body& body = truth_.body[one.machine];
    return !body.running || body.life != one.life;
  });
  const Duration patience = plan_.longest_transfer() + plan_.longest_listen() +
                            3 * plan_.longest_detection() + 2 * plan_.longest_interval();
  for (Asked& one : asked_) {
    const Body& body = truth_.body[one.machine];
    if (body.paused) continue;
    if (truth_.now - std::max(one.at, body.resumed) > patience)
      findings_.report("order", name(one.machine) + " does not answer the operator", truth_.now);
  }
}

void OrdersChecker::demand_majority() {
  if (plan_.node[0].policy.quorum != heartbeat::Quorum::majority) return;
  if (plan_.has(Fault::withhold)) return;  // the attacker's letters may be new enough
  const Duration patience =
      2 * plan_.longest_detection() + 2 * plan_.longest_interval() + plan_.longest_way();
  for (std::size_t machine = 0; machine < plan_.nodes; ++machine) {
    const Body& body = truth_.body[machine];
    if (!body.holds() || body.paused || body.claims_by_force || truth_.is_duplicated(machine))
      continue;
    if (truth_.now - body.resumed < patience || truth_.now - body.held_since < patience) continue;
    std::size_t votes = 1 + plan_.witnesses;
    for (std::size_t peer = 0; peer < truth_.machines; ++peer)
      votes += peer != machine && truth_.now - truth_.between[peer][machine].arrived < patience
                   ? 1U
                   : 0U;
    if (votes * 2 <= plan_.voters())
      findings_.report("E6", name(machine) + " holds though it has not heard a majority for long",
                       truth_.now);
  }
}

}  // namespace flywall::simulation
