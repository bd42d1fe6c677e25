// E5: a primary that somebody hears is not replaced. E11: it leaves only for a reason that is true.
#pragma once

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class StabilityChecker {
 public:
  StabilityChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void acted(std::size_t machine, const heartbeat::Action& action);

 private:
  void took_over(std::size_t machine);
  void stepped_down(std::size_t machine, const heartbeat::action::Transition& transition);
  bool hears(std::size_t from, std::size_t to) const;           // right now
  bool hears_steadily(std::size_t from, std::size_t to) const;  // and for a long while
  bool answers_steadily(std::size_t voter, std::size_t holder) const;
  bool is_between_two_hearers(std::size_t holder, std::size_t machine) const;
  bool is_told_late() const;
  bool has_better_peer(std::size_t machine) const;
  bool heard_a_holder(std::size_t machine) const;
  bool is_unheard_by_a_holder(std::size_t machine) const;
  std::size_t steady_votes(std::size_t machine) const;
  Duration detection(std::size_t machine) const {
    return plan_.node[truth_.body[machine].node].policy.detection;
  }
  std::string name(std::size_t machine) const {
    return plan_.name_of_machine(machine, truth_.body[machine].node);
  }

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
};

}  // namespace flywall::simulation
