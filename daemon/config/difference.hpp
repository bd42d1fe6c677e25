// What a reload has to change, and what it cannot.
//
// Pure: two Configs in, a list of changes out, in the order of the schema. Blocks are compared by
// what names them (label, address, interface), not by their order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.hpp"

namespace flywall::config {

enum class ChangeKind : std::uint8_t { changed, added, removed };

struct Change {
  std::string path;  // "replication.ha.priority", "replication.ha.virtual_ip 10.0.0.1/24.label"
  ChangeKind kind = ChangeKind::changed;
  std::string from;               // as in HCL, secrets masked; empty for whole blocks
  std::string to;                 // likewise
  std::string_view restart = {};  // why it needs a restart; empty: applied live

  bool live() const { return restart.empty(); }
  bool operator==(const Change&) const = default;
};

std::vector<Change> difference(const Config& running, const Config& wanted);

// `wanted` with every value that needs a restart as it runs: what a reload makes of it. The
// difference to `running` is live, the one to `wanted` needs a restart.
Config without_restarts(const Config& running, Config wanted);

// "replication.ha.priority: 50 → 60 (applied live)", "… (needs a restart because …)".
std::string describe(const Change& change);

}  // namespace flywall::config
