// E2, E4 and its counterpart: once every fault has had the time to be digested, there is exactly
// one primary, with its addresses in place; none only where no eligible node reaches a quorum. It
// is not worse than a peer that could do it (E11), and everybody knows who lives.
#pragma once

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class CalmChecker {
 public:
  CalmChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin() {
    stable_ = kNobody;
    takeovers_left_ = kAny;
  }
  // E2: the primary is gone and nothing else happened: one candidate claims, the others see it.
  void expect_one_takeover();
  void acted(const heartbeat::Action& action);
  void inspect();

 private:
  static constexpr std::size_t kNobody = kMaxMachines;
  static constexpr int kAny = 1000000;
  bool somebody_can() const;
  void demand_one();
  void demand_none_better(std::size_t primary);

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::size_t stable_ = kNobody;  // the primary of this calm stretch
  Moment stretch_{};
  int takeovers_left_ = kAny;
  std::uint64_t lone_fault_ = 0;
};

}  // namespace flywall::simulation
