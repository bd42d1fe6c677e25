#include "tests/simulation/witnesses.hpp"

namespace flywall::simulation {

void Witnesses::begin() {
  letters_.clear();
  free_.clear();
  for (std::size_t i = 0; i < plan_.witnesses; ++i) {
    at_[i] = Witness{};
    const auto drift = static_cast<std::int64_t>(random_.below(401)) - 200;
    at_[i].clock = Clock(random_.between(1s, 1000000s), drift);
  }
}

void Witnesses::ask(Moment now, const Sender& sender,
                    const heartbeat::action::AskWitness& question) {
  Letter letter{.from = sender, .answer = {}};
  letter.answer.witness = question.witness;
  letter.answer.claim = question.claim;
  letter.answer.asked = sender.clock;
  letter.answer.lease = question.lease;
  send(now, Kind::question, write(letter));
}

void Witnesses::release(Moment now, const Sender& sender,
                        const heartbeat::action::ReleaseWitness& word) {
  Letter letter{.from = sender, .releases = true, .answer = {}};
  letter.answer.witness = word.witness;
  letter.answer.claim = word.claim;
  send(now, Kind::question, write(letter));
}

void Witnesses::receive(Moment now, std::uint32_t id) {
  Letter& letter = letters_[id];
  Witness& witness = at_[letter.answer.witness];
  if (!witness.up) return free_.push_back(id);
  if (letter.releases) {
    witness.vote.given_up(letter.answer.claim);
    return free_.push_back(id);
  }
  const Time clock = witness.clock.read(now);
  letter.answer.granted =
      !witness.vote.ask(clock, letter.answer.claim, letter.answer.lease).has_value();
  if (letter.answer.granted) witness.seen = std::max(witness.seen, letter.answer.claim);
  letter.answer.seen = witness.seen;
  send(now, Kind::answer, id);
}

heartbeat::event::WitnessAnswered Witnesses::take(std::uint32_t id) {
  free_.push_back(id);
  return letters_[id].answer;
}

// It has forgotten what it promised, and says nothing for as long as that may last (L3).
void Witnesses::restart(Moment now, std::size_t witness) {
  at_[witness].up = true;
  at_[witness].seen = heartbeat::Claim{};
  at_[witness].vote = heartbeat::LeaseVoter(at_[witness].clock.read(now), longest_lease(witness));
}

Duration Witnesses::longest_lease(std::size_t witness) const {
  Duration longest{};
  for (std::size_t i = 0; i < plan_.nodes; ++i)
    longest = std::max(longest, plan_.node[i].policy.witnesses[witness].lease);
  return longest;
}

std::uint32_t Witnesses::write(const Letter& letter) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(letters_.size()));
    letters_.emplace_back();
  }
  const std::uint32_t id = free_.back();
  free_.pop_back();
  letters_[id] = letter;
  return id;
}

void Witnesses::send(Moment now, Kind kind, std::uint32_t id) {
  const Letter& letter = letters_[id];
  const Witness& witness = at_[letter.answer.witness];
  if (witness.cut[letter.from.machine] > 0) return free_.push_back(id);
  Duration way = random_.between(plan_.delay, plan_.longest_way());
  if (witness.slow) way = random_.between(way, 2 * plan_.longest_detection());
  agenda_.add({.at = now + way,
               .subject = id,
               .life = letter.from.life,
               .kind = kind,
               .machine = letter.from.machine});
}

}  // namespace flywall::simulation
