// The tree of commands and options. What is here is what the help, the completions and the manual
// page say.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <memory>

#include "daemon/cli/settings.hpp"

namespace flywall::cli {

// What the arguments chose; lives as long as the App that fills it.
struct Chosen {
  Settings settings;
  std::function<int()> action;
};

void describe_commands(CLI::App& app, Chosen& chosen);

}  // namespace flywall::cli
