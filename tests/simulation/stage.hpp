// Everything the machines of one simulation share.
#pragma once

#include "tests/simulation/agenda.hpp"
#include "tests/simulation/checkers.hpp"
#include "tests/simulation/chronicle.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/post.hpp"
#include "tests/simulation/truth.hpp"
#include "tests/simulation/witnesses.hpp"

namespace flywall::simulation {

struct Stage {
  Plan plan;
  Random random;
  Agenda agenda;
  Post post;
  Network network{plan, random, agenda, post};
  Witnesses witnesses{plan, random, agenda};
  Truth truth;
  Chronicle chronicle;
  Checkers checkers{plan, truth};
  std::uint64_t steps = 0;  // of all cores
  std::uint32_t lives = 0;
};

}  // namespace flywall::simulation
