#include "tests/simulation/checkers/claims.hpp"

#include <algorithm>

namespace flywall::simulation {

void ClaimsChecker::begin() {
  views_ = {};
  made_.clear();
}

void ClaimsChecker::spoke(std::size_t machine, const heartbeat::Statement& said) {
  View& view = views_[machine];
  const Body& body = truth_.body[machine];
  if (said.claim < view.said) report("E3", machine, "says a lower claim than before");
  view.said = said.claim;
  if (!heartbeat::holds_claim(said.state)) {
    if (said.claim < body.read) report("E3", machine, "follows a lower claim than it has read");
    return;
  }
  const Duration listened = truth_.now - body.started - body.slept;
  if (listened < said.detection * 999 / 1000)
    report("E1", machine, "claims before it has listened");
  if (said.claim != view.made) report("E3", machine, "says another claim than it made");
}

void ClaimsChecker::acted(std::size_t machine, const heartbeat::Action& action) {
  if (const auto* unreserved = std::get_if<heartbeat::action::EpochUnreserved>(&action))
    views_[machine].alarmed = unreserved->epoch;
  if (const auto* change = std::get_if<heartbeat::action::Transition>(&action))
    if (change->to == heartbeat::State::taking_over) made(machine, change->claim);
  if (const auto* again = std::get_if<heartbeat::action::Reclaimed>(&action))
    made(machine, again->claim);
}

void ClaimsChecker::made(std::size_t machine, const heartbeat::Claim& claim) {
  View& view = views_[machine];
  const Body& body = truth_.body[machine];
  view.made = claim;
  if (claim.claimant != plan_.node[body.node].policy.self)
    report("E3", machine, "claims for another");
  if (body.read >= claim) report("E3", machine, "claims no higher than what it has read");
  const bool on_disk = claim.epoch <= body.on_disk;
  if (!on_disk && view.alarmed < claim.epoch)
    report("E3", machine, "claims an epoch that a crash would forget, without an alarm");
  for (const Made& earlier : made_)
    if (earlier.claim == claim && earlier.life != body.life && earlier.machine == machine &&
        machine < plan_.nodes && earlier.on_disk && view.alarmed < claim.epoch)
      report("E3", machine, "makes the claim of an earlier life again");
  made_.push_back({claim, body.life, machine, on_disk});
}

void ClaimsChecker::report(const char* rule, std::size_t machine, const std::string& what) const {
  findings_.report(rule, plan_.name_of_machine(machine, truth_.body[machine].node) + " " + what,
                   truth_.now);
}

}  // namespace flywall::simulation
