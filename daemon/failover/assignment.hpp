// What a flywalld process is told to do: the configuration it starts with, and how to read it
// again.
#pragma once

#include <functional>
#include <string>

#include "daemon/config/read.hpp"

namespace flywall::failover {

struct Assignment {
  config::Config config;
  std::string config_path;
  std::string config_text;  // bundled (daemon/config/read.hpp)
  // Reads the files again, with what the command line overrides.
  std::function<config::Outcome()> read;
};

}  // namespace flywall::failover
