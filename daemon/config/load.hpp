// The thin shell of the configuration: the one unit here that touches files and the process's
// environment. Everything else in this folder is memory in, memory out.
#pragma once

#include <string>

#include "daemon/config/read.hpp"

namespace flywall::config {

// Reads and checks the configuration at `path`. A file that cannot be read is an error diagnostic
// like any other. `environment.file` reads it and the files that it names.
Outcome load(const std::string& path, const Environment& environment);

}  // namespace flywall::config
