// E4 and its counterpart: once every fault has had the time to be digested, there is exactly one
// primary, with its addresses in place; none only where no eligible node reaches a quorum. It is
// not worse than a peer that could do it (E11), and everybody knows who lives.
#pragma once

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class CalmChecker {
 public:
  CalmChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin() { stable_ = kNobody; }
  void inspect();

 private:
  static constexpr std::size_t kNobody = kMaxMachines;
  bool somebody_can() const;
  void demand_one();
  void demand_none_better(std::size_t primary);

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::size_t stable_ = kNobody;  // the primary of this calm stretch
  Moment stretch_{};
};

}  // namespace flywall::simulation
