// E1: nobody claims before having listened. E3: claims only grow, are never made twice, and no
// restart uses an epoch again that was on disk.
#pragma once

#include <vector>

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class ClaimsChecker {
 public:
  ClaimsChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin();
  void started(std::size_t machine) { views_[machine] = {}; }
  void spoke(std::size_t machine, const heartbeat::Statement& said);
  void acted(std::size_t machine, const heartbeat::Action& action);

 private:
  struct View {             // of one life
    heartbeat::Claim said;  // the last that was said
    heartbeat::Claim made;  // the last own one
    Epoch alarmed;          // EpochUnreserved
  };
  struct Made {
    heartbeat::Claim claim;
    std::uint32_t life = 0;
    std::size_t machine = 0;
    bool on_disk = false;
  };
  void made(std::size_t machine, const heartbeat::Claim& claim);
  void report(const char* rule, std::size_t machine, const std::string& what) const;

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::array<View, kMaxMachines> views_;
  std::vector<Made> made_;
};

}  // namespace flywall::simulation
