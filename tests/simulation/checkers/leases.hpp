// E6, E7: where a majority is wanted there is no instant of true time at which two machines may
// serve: neither lives, nor dies, nor sleeps with a lease that another one's overlaps. What a
// machine was allowed to is what its kernel was told last.
#pragma once

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class LeasesChecker {
 public:
  LeasesChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  // A lease began, grew, or ended.
  void changed(std::size_t machine);
  void inspect();

 private:
  bool is_exempt(std::size_t machine) const;

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
};

}  // namespace flywall::simulation
