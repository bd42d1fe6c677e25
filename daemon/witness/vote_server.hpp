// A flywalld with mode = "witness": one thread, one UDP port, the votes, and nothing else. No state
// on disk, no API, no second process. SIGHUP reads the configuration again: clusters come and go
// without a moment of silence for the others.
#pragma once

#include <functional>

#include "base/error.hpp"
#include "daemon/config/read.hpp"

namespace flywall::witness {

// Runs until SIGTERM or SIGINT. Errors: the port is taken, the system gave no descriptor.
Result<void> serve_votes(const config::Config& config,
                         const std::function<config::Outcome()>& read);

}  // namespace flywall::witness
