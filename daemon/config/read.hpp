// From the text of a configuration to a Config, in memory: parse, bind, check, and put in what
// stands in the files that it names. Everything the world contributes comes through `Environment`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "daemon/config/config.hpp"
#include "daemon/config/diagnostic.hpp"

namespace flywall::config {

struct FileContent {
  std::string text;
  bool readable_by_all = false;
};

// What the surroundings of the process contribute to a configuration.
struct Environment {
  // The value behind ${env.NAME}; nullopt when it is not set.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  // The content of a file, or why there is none; the message begins with the path.
  std::function<Result<FileContent>(const std::string& path)> file;
  // The default of node_id: 1..63 bytes, usually the host name.
  std::string host_name;

  // The real one (load.cpp).
  static Environment of_process();
};

// What came of reading a configuration. `config` is present if and only if no diagnostic is an
// error; warnings may stand beside it. `sources` are what the positions point into.
struct Outcome {
  std::optional<Config> config;
  std::vector<Diagnostic> diagnostics;  // in the order of the text
  Sources sources;

  // Every diagnostic as a person reads it, with source line and caret, secrets masked.
  std::string render_all(bool color = false) const;
};

// `name` is what diagnostics call the text.
Outcome read(std::string name, FileContent content, const Environment& environment);

}  // namespace flywall::config
