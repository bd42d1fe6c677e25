// The simulator's command line; main.cpp only calls it, so that a mutant compiles next to nothing.
#pragma once

namespace flywall::simulation {

int simulate(int count, char** words);

}  // namespace flywall::simulation
