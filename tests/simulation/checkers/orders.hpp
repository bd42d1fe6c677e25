// What was asked for happens: an operator's command is answered once and soon, a process that stops
// holds nothing any more; and with a majority asked for (E6), nobody who is cut off from it goes on
// holding.
#pragma once

#include <vector>

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class OrdersChecker {
 public:
  OrdersChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin() { asked_.clear(); }
  void ordered(std::size_t machine, std::uint64_t request);
  void acted(std::size_t machine, const heartbeat::Action& action);
  void stopped(std::size_t machine);
  void inspect();

 private:
  struct Asked {
    std::size_t machine = 0;
    std::uint32_t life = 0;
    std::uint64_t request = 0;
    Moment at{};
  };
  void demand_answers();
  void demand_majority();
  std::string name(std::size_t machine) const {
    return plan_.name_of_machine(machine, truth_.body[machine].node);
  }

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::vector<Asked> asked_;
};

}  // namespace flywall::simulation
