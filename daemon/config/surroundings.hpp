// What a configuration names and this machine does not have at the moment: warnings only, for
// links, addresses and scripts may come later.
//
// Asks through `Environment`; what nobody can answer is not asked.
#pragma once

#include "daemon/config/binder.hpp"
#include "daemon/config/read.hpp"

namespace flywall::config {

void check_surroundings(const Bound& bound, const Environment& environment, Problems& problems);

}  // namespace flywall::config
