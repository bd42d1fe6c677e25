#include "tests/simulation/checkers/leases.hpp"

namespace flywall::simulation {

void LeasesChecker::changed(std::size_t machine) {
  if (plan_.node[0].policy.quorum != heartbeat::Quorum::majority) return;
  const Body& its = truth_.body[machine];
  if (its.lease_ends <= truth_.now || is_exempt(machine)) return;
  for (std::size_t other = 0; other < truth_.machines; ++other) {
    const Body& body = truth_.body[other];
    if (other == machine || body.lease_ends <= truth_.now || is_exempt(other)) continue;
    findings_.report("E6",
                     plan_.name_of_machine(machine, its.node) + " and " +
                         plan_.name_of_machine(other, body.node) + " hold a lease at one instant",
                     truth_.now);
  }
}

// Who serves by its own word has a lease in its kernel, or will have none of the addresses soon.
void LeasesChecker::inspect() {
  for (std::size_t i = 0; i < truth_.machines; ++i) {
    const Body& body = truth_.body[i];
    if (!body.awake() || body.state != heartbeat::State::primary) continue;
    const Duration muted = plan_.longest_detection() + 2 * plan_.longest_interval();  // E13
    if (body.lease_ends + plan_.lateness > truth_.now || truth_.now - body.resumed < muted)
      continue;
    findings_.report("E7", plan_.name_of_machine(i, body.node) + " is primary without a lease",
                     truth_.now);
  }
}

// By force; or a second machine with its name has its vote.
bool LeasesChecker::is_exempt(std::size_t machine) const {
  const Body& body = truth_.body[machine];
  if (body.forced || machine >= plan_.nodes) return true;
  return plan_.has(Fault::clone);
}

}  // namespace flywall::simulation
