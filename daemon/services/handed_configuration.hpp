// The configuration as the failover process hands it to the services process: the text that the
// parent parsed, so that a restarted services process never reads a half-edited file.
//
//   line 1  path of the configuration file
//   line 2  state_dir          each already
//   line 3  api.socket         with what the command
//   line 4  node_id            line overrides
//   line 5  its number since the start: 0, and 1 more with each reload
//   line 6  cluster_id             what runs, where a reload
//   line 7  ha.heartbeat_port      cannot change it,
//   line 8  ha.quorum              nor a default that follows from the number of peers
//   rest    the texts of the file and of conf.d, bundled (daemon/config/read.hpp)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "daemon/config/read.hpp"

namespace flywall::services {

struct Handed {
  config::Config config;  // as it runs
  std::uint32_t number = 0;
  std::string path = {};
  config::Config written = {};  // as the texts say, before the head of the memfd
  config::Origins origins = {};
};

// The content of the memfd. Errors: invalid (with the rendered diagnostics).
Result<Handed> parse_handed_configuration(std::string_view content);

// Reads all of an open file from its beginning. Errors: internal, invalid (longer than 2 MiB).
Result<std::string> read_whole(int fd);

}  // namespace flywall::services
