// The thin shell of the configuration: the one unit here that reads files (the configuration,
// secret_key_file, token_file). Everything else in this folder is memory in, memory out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/config/diagnostic.hpp"

namespace flywall::config {

// What the surroundings of the process contribute to a configuration.
struct Environment {
  // The value behind ${env.NAME}; nullopt when it is not set.
  std::function<std::optional<std::string>(std::string_view)> variable;
  // The default of node_id: 1..63 bytes, usually the host name.
  std::string host_name;

  // getenv() and gethostname() of this process.
  static Environment of_process();
};

// What came of reading a configuration. `config` is present if and only if no diagnostic is an
// error; warnings may stand beside it. `sources` are what the positions point into.
struct Outcome {
  std::optional<Config> config;
  std::vector<Diagnostic> diagnostics;
  Sources sources;

  // Every diagnostic as a person reads it, with source line and caret, secrets masked.
  std::string render_all(bool color = false) const;
};

Outcome load(const std::string& path, const Environment& environment);

}  // namespace flywall::config
