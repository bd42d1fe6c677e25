// `flywall ha …`, for commands.cpp.
#pragma once

#include <CLI/App.hpp>

#include "daemon/cli/commands.hpp"

namespace flywall::cli {

void describe_ha(CLI::App& app, Chosen& chosen);
// --timeout: seconds on the command line, 120 without it.
void add_timeout(CLI::App& command, Duration& limit);

}  // namespace flywall::cli
