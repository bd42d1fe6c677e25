// E9: a planned handover has one commit point, and in calm nobody notices it. E10: the preferred
// node takes its role back only after its delay, and at most once per window. Operators get what
// they asked for only where it is safe, unless they insist.
#pragma once

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class HandoverChecker {
 public:
  HandoverChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin();
  void started(std::size_t machine) { views_[machine] = View{}; }
  void acted(std::size_t machine, const heartbeat::Action& action);
  // Something that must not happen while a node waits for its failback: a fault, a pause, a role.
  void disturbed(std::size_t machine) { views_[machine].fit_since = truth_.now; }
  // An operator wants the machine to be primary.
  void allowed(std::size_t machine) { views_[machine].asked = truth_.now; }
  // An operator or another configuration ends what was damped.
  void forget(std::size_t machine);
  // A machine's addresses came, went, or fell quiet.
  void addresses_changed();
  void inspect();

 private:
  struct View {
    Moment fit_since = kNoMoment;    // at the earliest
    Moment failed_back = kNoMoment;  // by itself, in this life
    Moment asked = kNoMoment;        // by its operator, to be primary
    // When it gave the role to another machine that took it back by itself.
    std::array<Moment, kMaxMachines> gave;
    View() { gave.fill(kNoMoment); }
  };
  void handed_over(std::size_t machine, const heartbeat::action::Transition& change);
  void took_over(std::size_t machine, const heartbeat::action::Transition& change);
  void failed_back(std::size_t machine);
  void gave_back(std::size_t machine, std::size_t to);
  bool was_asked(std::size_t machine) const;
  void demand_majority(std::size_t machine) const;
  bool is_calm() const;
  void report(const char* rule, std::size_t machine, const std::string& what) const;

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::array<View, kMaxMachines> views_{};
  Moment silent_since_ = kNoMoment;  // nobody answers for the addresses
};

}  // namespace flywall::simulation
