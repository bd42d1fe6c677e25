// Runs the programs that DIRECTORY/list names, each of them this simulator around a core with one
// planted bug, and demands that it objects (exit 1) within `schedules`. Two at a time. Returns the
// exit code of the hunt.
#pragma once

#include <cstdint>
#include <string>

namespace flywall::simulation {

int hunt_mutants(const std::string& directory, std::uint64_t schedules);

}  // namespace flywall::simulation
