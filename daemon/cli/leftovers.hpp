// `flywall ha reset` where no daemon runs: removes from the kernel what a dead one left behind, so
// that an operator can set addresses by hand.
#pragma once

#include <string>

#include "daemon/cli/settings.hpp"

namespace flywall::cli {

// Refuses (kExitRefused) while something listens on the heartbeat port of the configuration in
// `file`: then a daemon lives, though its socket is elsewhere, and would put everything back.
// `keep_fence`: the kernel's fence stays closed, so that nothing is forwarded either.
int sweep(const Settings& settings, const std::string& file, bool keep_fence);

}  // namespace flywall::cli
