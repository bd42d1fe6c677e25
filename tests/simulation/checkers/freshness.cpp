#include "tests/simulation/checkers/freshness.hpp"

#include <algorithm>

#include "tests/simulation/chronicle.hpp"

namespace flywall::simulation {

using heartbeat::Verdict;

void FreshnessChecker::begin() {
  for (std::size_t machine = 0; machine < kMaxMachines; ++machine) started(machine);
  reported_ = {};
  cloned_ = {};
}

void FreshnessChecker::started(std::size_t machine) {
  for (View& view : views_[machine]) {
    for (Read& read : view.read) read.life = 0;
    view.newest_life = 0;
    view.last = nullptr;
  }
  if (truth_.is_duplicated(machine)) cloned_[truth_.body[machine].node] = true;
}

void FreshnessChecker::received(std::size_t machine, const Letter& letter,
                                const heartbeat::Statement& said,
                                const heartbeat::Receipt& receipt) {
  const std::size_t node = letter.author;
  View& view = views_[machine][node];
  if (receipt.duplicate_node) {
    reported_[node] = true;
    if (!cloned_[node])
      findings_.report(
          "E15",
          name(machine) + " reports a duplicate of " + name(letter.from) + ", which is alone",
          truth_.now);
  }
  if (receipt.verdict != Verdict::fresh && receipt.verdict != Verdict::deaf) return;
  check_replay(view, machine, letter);
  check_age(machine, letter, said, receipt.verdict == Verdict::fresh);
  check_instance(view, machine, letter, receipt);
}

void FreshnessChecker::check_replay(View& view, std::size_t machine, const Letter& letter) {
  Read* read = view.last;
  if (!read || read->life != letter.life) {
    read = nullptr;
    for (Read& candidate : view.read)
      if (candidate.life == letter.life) read = &candidate;
  }
  if (!read) {
    read = &view.read[view.next++ % view.read.size()];
    read->life = letter.life;
    read->counters.assign(read->counters.size(), 0);
  }
  view.last = read;
  if (read->counters.size() <= letter.contact.counter)
    read->counters.resize(letter.contact.counter * 2 + 64);
  if (read->counters[letter.contact.counter])
    findings_.report("E14",
                     name(machine) + " believes the same letter of " + name(letter.from) + " twice",
                     truth_.now);
  read->counters[letter.contact.counter] = 1;
}

void FreshnessChecker::check_age(std::size_t machine, const Letter& letter,
                                 const heartbeat::Statement& said, bool fresh) {
  const Duration window =
      std::max(plan_.node[truth_.body[machine].node].policy.detection, said.detection);
  const Duration age = truth_.now - letter.sent;
  if (age <= said.detection) return;
  const Duration drift = (truth_.now - truth_.body[machine].started) / 1000;
  // A peer that does not hear us is judged by its own clock, mapped by a letter that was on its way
  // for up to a window.
  const bool slow_mapping = plan_.has(Fault::jitter) || plan_.has(Fault::withhold) ||
                            plan_.has(Fault::pause) || plan_.has(Fault::replay);
  const Duration mapping = slow_mapping ? window : plan_.longest_way() * 2;
  const Duration limit = window + window / 1000 + (fresh ? 0ns : drift + mapping);
  if (age > limit)
    findings_.report("E14",
                     name(machine) + " takes a letter of " + name(letter.from) +
                         " for new that is " + milliseconds(age) + " old",
                     truth_.now);
}

void FreshnessChecker::check_instance(View& view, std::size_t machine, const Letter& letter,
                                      const heartbeat::Receipt& receipt) {
  if (cloned_[letter.author]) return;
  if (letter.life < view.newest_life)
    findings_.report("E15",
                     name(machine) + " believes an earlier life of " + name(letter.from) + " again",
                     truth_.now);
  const bool first = letter.life > view.newest_life;
  if (first != receipt.new_instance)
    findings_.report("E15",
                     name(machine) + " mistakes which life of " + name(letter.from) + " it hears",
                     truth_.now);
  view.newest_life = std::max(view.newest_life, letter.life);
}

void FreshnessChecker::demand_duplicate_report(std::size_t node) {
  if (!reported_[node])
    findings_.report("E15",
                     "nobody noticed two machines called " + plan_.node[node].policy.self.str(),
                     truth_.now);
}

}  // namespace flywall::simulation
