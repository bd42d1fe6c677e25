// What was asked for happens: an operator's command is answered at once, a process that stops holds
// nothing any more; and with a majority asked for (E6), nobody who is cut off from it goes on
// holding.
#pragma once

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class OrdersChecker {
 public:
  OrdersChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin() { asked_.fill(false); }
  void ordered(std::size_t machine) { asked_[machine] = true; }
  void acted(std::size_t machine, const heartbeat::Action& action);
  void answered(std::size_t machine);
  void stopped(std::size_t machine);
  void inspect();

 private:
  std::string name(std::size_t machine) const {
    return plan_.name_of_machine(machine, truth_.body[machine].node);
  }

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::array<bool, kMaxMachines> asked_{};
};

}  // namespace flywall::simulation
