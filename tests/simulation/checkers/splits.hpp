// E8: when two primaries meet, the right one stays, and both report the split brain with its true
// duration.
#pragma once

#include <vector>

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class SplitsChecker {
 public:
  SplitsChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin();
  void acted(std::size_t machine, const heartbeat::Action& action);
  // The last fault ended: who holds now must sort it out.
  void heal();
  // Something else happened while they do.
  void dispute() { disputed_ = true; }
  void inspect();

 private:
  struct Side {
    std::size_t machine = 0;
    std::uint32_t life = 0;
    Moment held_since{};
  };
  static constexpr std::size_t kNobody = kMaxMachines;
  void check_decision(std::size_t machine, const heartbeat::action::SplitBrain& split);
  bool delays_letters() const;
  void check_duration(std::size_t machine, const heartbeat::action::SplitBrain& split);
  bool is_before(std::size_t a, std::size_t b) const;  // a wins against b
  std::size_t machine_of(std::size_t machine, PeerIndex peer) const;
  std::string name(std::size_t machine) const {
    return plan_.name_of_machine(machine, truth_.body[machine].node);
  }

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::vector<Side> sides_;
  std::size_t winner_ = kNobody;
  Moment healed_{};
  bool disputed_ = false;  // somebody else claimed meanwhile
  std::array<std::array<Moment, kMaxMachines>, kMaxMachines> reported_{};  // [by][about]
};

}  // namespace flywall::simulation
