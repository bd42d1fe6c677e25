// E14: a recording never makes the dead alive, and nothing is believed twice or late. E15: a
// superseded instance never returns; two machines with one id are noticed, and only those.
#pragma once

#include <vector>

#include "heartbeat/session.hpp"
#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class FreshnessChecker {
 public:
  FreshnessChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin();
  void started(std::size_t machine);
  void received(std::size_t machine, const Letter& letter, const heartbeat::Statement& said,
                const heartbeat::Receipt& receipt);
  // Both machines of one id have been talking undisturbed for long enough.
  void demand_duplicate_report(std::size_t node);
  void forget_duplicates(std::size_t node) { reported_[node] = false; }

 private:
  struct Read {  // by one life of one sender
    std::uint32_t life = 0;
    std::vector<std::uint8_t> counters;
  };
  struct View {  // of one machine, about one node
    std::array<Read, 4> read;
    Read* last = nullptr;
    std::size_t next = 0;
    std::uint32_t newest_life = 0;
  };
  void check_replay(View& view, std::size_t machine, const Letter& letter);
  void check_age(std::size_t machine, const Letter& letter, const heartbeat::Statement& said,
                 bool fresh);
  void check_instance(View& view, std::size_t machine, const Letter& letter,
                      const heartbeat::Receipt& receipt);
  std::string name(std::size_t machine) const {
    return plan_.name_of_machine(machine, truth_.body[machine].node);
  }

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::array<std::array<View, kMaxNodes>, kMaxMachines> views_;
  std::array<bool, kMaxNodes> reported_{};
  std::array<bool, kMaxNodes> cloned_{};
};

}  // namespace flywall::simulation
