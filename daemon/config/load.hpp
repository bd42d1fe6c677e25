// The thin shell of the configuration: the one unit here that touches files and the process's
// environment. Everything else in this folder is memory in, memory out.
#pragma once

#include <string>

#include "daemon/config/read.hpp"

namespace flywall::config {

// Reads and checks the configuration at `path` and, in the order of their names, the files
// conf.d/*.hcl, *.yaml and *.yml beside it. A file that cannot be read is an error diagnostic
// like any other. `environment.file` reads all of them and the files that they name.
Outcome load(const std::string& path, const Environment& environment);

inline constexpr std::size_t kMaxFragments = 256;  // files in conf.d

}  // namespace flywall::config
