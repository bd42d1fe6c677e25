#include "tests/simulation/checkers/stability.hpp"

namespace flywall::simulation {

using heartbeat::Reason;

void StabilityChecker::acted(std::size_t machine, const heartbeat::Action& action) {
  const auto* transition = std::get_if<heartbeat::action::Transition>(&action);
  if (!transition) return;
  if (transition->to == heartbeat::State::taking_over && !heartbeat::holds_claim(transition->from))
    took_over(machine);
  if (heartbeat::holds_claim(transition->from) && !heartbeat::holds_claim(transition->to))
    stepped_down(machine, *transition);
}

void StabilityChecker::took_over(std::size_t machine) {
  const Body& its = truth_.body[machine];
  if (truth_.was_offered(machine, plan_) || its.forced) return;
  if (plan_.has(Fault::jitter) || plan_.has(Fault::withhold)) return;  // heard is not yet believed
  for (std::size_t holder = 0; holder < truth_.machines; ++holder) {
    const Body& body = truth_.body[holder];
    if (holder == machine || !body.holds() || body.paused || body.node == truth_.body[machine].node)
      continue;
    if (truth_.is_duplicated(holder) || truth_.is_duplicated(machine)) continue;
    // Recordings and clones can keep a stranger from being echoed for a while (session.hpp,
    // candidates).
    const Moment began = std::max(truth_.body[machine].started, truth_.body[machine].resumed);
    const bool crowded = (plan_.has(Fault::replay) || plan_.has(Fault::clone)) &&
                         truth_.now - began < 6 * plan_.longest_detection();
    const bool heard = !crowded && truth_.acquainted(holder, machine) && hears(holder, machine) &&
                       truth_.between[holder][machine].holding;
    if (heard)
      findings_.report("E5",
                       name(machine) + " takes over though it hears the primary " + name(holder),
                       truth_.now);
    if (is_between_two_hearers(holder, machine))
      findings_.report(
          "E5", name(machine) + " takes over though a peer hears the primary " + name(holder),
          truth_.now);
  }
}

void StabilityChecker::stepped_down(std::size_t machine,
                                    const heartbeat::action::Transition& transition) {
  const Reason reason = transition.reason;
  const bool planned = transition.from == heartbeat::State::handing_over;
  bool justified = false;
  switch (reason) {
    case Reason::own_fault:
      justified = has_better_peer(machine) || (planned && plan_.has(Fault::weight));
      break;
    case Reason::handed_over:
    case Reason::failback:
      justified = planned;
      break;
    case Reason::quorum_lost:
      justified = steady_votes(machine) * 2 <= plan_.voters();
      break;
    case Reason::no_quorum:  // a claim that nobody served by; who is owed one is E4's business
      justified = transition.from == heartbeat::State::taking_over;
      break;
    case Reason::split_lost:
    case Reason::higher_claim:
      justified = heard_a_holder(machine);
      // A witness may have told of it, to one that did not serve.
      if (plan_.witnesses > 0 && transition.from == heartbeat::State::taking_over) justified = true;
      break;
    case Reason::deaf_peer:
      justified = is_unheard_by_a_holder(machine);
      break;
    case Reason::addresses_refused:
      justified = plan_.has(Fault::refused_addresses) || plan_.has(Fault::slow_addresses);
      break;
    case Reason::operator_request:
      justified = plan_.has(Fault::order) || plan_.has(Fault::failback);
      break;
    case Reason::stopping:
      justified = plan_.has(Fault::stop) || plan_.has(Fault::clone);
      break;
    default:
      break;
  }
  if (!justified)
    findings_.report("E11",
                     name(machine) + " steps down without cause: " + heartbeat::name_of(reason),
                     truth_.now);
}

bool StabilityChecker::hears(std::size_t from, std::size_t to) const {
  const Acquaintance& known = truth_.between[from][to];
  const Body& speaker = truth_.body[from];
  return speaker.running && !speaker.stopping() && known.life == speaker.life &&
         truth_.now - known.arrived < detection(from) * 98 / 100 - plan_.longest_way();
}

bool StabilityChecker::hears_steadily(std::size_t from, std::size_t to) const {
  const Acquaintance& known = truth_.between[from][to];
  return hears(from, to) && truth_.acquainted(from, to) &&
         truth_.now - known.arrived < detection(from) * 8 / 10 &&
         truth_.now - known.gap_ended > 3 * plan_.longest_detection() &&
         truth_.now - truth_.body[from].resumed > 3 * plan_.longest_detection() &&
         truth_.now - truth_.body[to].resumed > 3 * plan_.longest_detection();
}

// A vote counts for a lease from the question on; question and answer are lost one by one.
bool StabilityChecker::answers_steadily(std::size_t voter, std::size_t holder) const {
  const Duration recent = detection(holder) / 2 - 2 * plan_.longest_way();
  const bool votes =  // a restarted voter is silent for a while (L3)
      truth_.now - truth_.body[voter].started > plan_.longest_listen() + detection(holder);
  return votes && hears_steadily(voter, holder) && hears_steadily(holder, voter) &&
         truth_.now - truth_.between[voter][holder].arrived < recent &&
         truth_.now - truth_.between[holder][voter].arrived < recent;
}

bool StabilityChecker::is_between_two_hearers(std::size_t holder, std::size_t machine) const {
  if (truth_.body[machine].read != truth_.body[holder].claim) return false;
  if (truth_.now - truth_.body[holder].held_since < 3 * plan_.longest_detection()) return false;
  for (std::size_t third = 0; third < truth_.machines; ++third) {
    if (third == holder || third == machine || !truth_.body[third].awake() ||
        truth_.is_duplicated(third))
      continue;
    const bool hears_all = hears_steadily(holder, third) && hears_steadily(third, holder) &&
                           hears_steadily(third, machine) && hears_steadily(machine, third);
    // Two holders: whom the third one follows is the election's business.
    if (hears_all && !truth_.body[third].holds() &&
        truth_.between[third][machine].claim == truth_.body[holder].claim)
      return true;
  }
  return false;
}

bool StabilityChecker::is_told_late() const {
  return plan_.has(Fault::withhold) || plan_.has(Fault::jitter) || plan_.has(Fault::replay);
}

bool StabilityChecker::has_better_peer(std::size_t machine) const {
  if (is_told_late()) return true;
  for (std::size_t peer = 0; peer < truth_.machines; ++peer) {
    const Acquaintance& known = truth_.between[peer][machine];
    if (peer != machine && known.eligible && known.fault < truth_.body[machine].fault &&
        truth_.now - known.arrived < 2 * detection(peer))
      return true;
  }
  return false;
}

bool StabilityChecker::heard_a_holder(std::size_t machine) const {
  // The attacker may have delivered what a holder said a moment ago.
  if (is_told_late() || plan_.has(Fault::pause) || plan_.has(Fault::clone)) return true;
  for (std::size_t peer = 0; peer < truth_.machines; ++peer) {
    if (peer == machine) continue;
    const Acquaintance& known = truth_.between[peer][machine];
    const bool of_another =
        known.claim.claimant != plan_.node[truth_.body[machine].node].policy.self;
    if (known.holding || (of_another && known.claim >= truth_.body[machine].claim)) return true;
  }
  return false;
}

bool StabilityChecker::is_unheard_by_a_holder(std::size_t machine) const {
  if (is_told_late()) return true;
  for (std::size_t peer = 0; peer < truth_.machines; ++peer) {
    if (peer == machine || !truth_.between[peer][machine].holding) continue;
    const Acquaintance& known = truth_.between[machine][peer];
    const Duration round_trip = 2 * plan_.longest_way() + plan_.longest_interval();
    const bool just_heard_again = truth_.now - known.gap_ended < round_trip;
    if (truth_.is_duplicated(peer) || truth_.is_duplicated(machine) || just_heard_again ||
        truth_.now - known.arrived > detection(machine) / 2)
      return true;
  }
  return false;
}

std::size_t StabilityChecker::steady_votes(std::size_t machine) const {
  if (is_told_late() || plan_.has(Fault::clone))
    return 0;  // a second bearer of a name has its vote
  std::size_t votes = 1;
  for (std::size_t peer = 0; peer < plan_.nodes; ++peer) {
    if (peer == machine || truth_.is_duplicated(peer)) continue;
    votes += answers_steadily(peer, machine) ? 1U : 0U;
  }
  return votes;
}

}  // namespace flywall::simulation
