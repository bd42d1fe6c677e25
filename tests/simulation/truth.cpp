#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

std::size_t Truth::running() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < machines; ++i) count += body[i].running ? 1U : 0U;
  return count;
}

bool Truth::was_offered(std::size_t machine, const Plan& plan) const {
  const Body& its = body[machine];
  for (std::size_t i = 0; i < machines; ++i) {
    const heartbeat::Offer& offer = body[i].offer;
    if (i == machine || offer.to != plan.node[its.node].policy.self_tag) continue;
    const bool higher =
        its.claim.epoch > offer.epoch && now - body[i].offered < 2 * plan.longest_detection();
    if (its.claim.epoch == offer.epoch || higher) return true;
  }
  return false;
}

bool Truth::is_duplicated(std::size_t machine) const {
  for (std::size_t i = 0; i < machines; ++i)
    if (i != machine && body[i].running && body[i].node == body[machine].node) return true;
  return false;
}

void Truth::note_arrival(const Letter& letter, const heartbeat::Statement& said) {
  if (letter.forged || letter.will || letter.life != body[letter.from].life) return;
  Acquaintance& known = between[letter.from][letter.to];
  if (now - letter.sent > said.detection * 9 / 10) return;  // too old to prove much
  if (known.life != letter.life || now - known.arrived > said.detection / 2) known.gap_ended = now;
  if (known.life != letter.life || letter.contact.counter > known.counter) {
    known.sent = letter.sent;
    known.counter = letter.contact.counter;
    known.holding = heartbeat::holds_claim(said.state);
    known.eligible = said.eligible;
    known.fault = said.rank.fault;
    known.claim = said.claim;
  }
  known.life = letter.life;
  known.arrived = now;
}

void Truth::note_state(std::size_t machine, const heartbeat::Statement& statement) {
  Body& its = body[machine];
  const bool held = its.holds();
  if (statement.state == heartbeat::State::handing_over &&
      its.state != heartbeat::State::handing_over)
    its.handing_since = now;
  its.state = statement.state;
  if (statement.offer.epoch > Epoch{}) {
    its.offer = statement.offer;
    its.offered = now;
  }
  if (!held && !its.holds()) return;
  its.claim = statement.claim;
  its.claims_by_force = statement.wish == heartbeat::Wish::force;
  its.held_until = now;
  if (held || !its.holds()) return;
  its.held_since = now;
  its.tenure = statement.claim.epoch;
  its.tenure_broken = its.tenure_unclear = false;
}

}  // namespace flywall::simulation
