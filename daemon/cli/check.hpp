// `flywall ha check`: one line and an exit code as monitoring plug-ins give them (Nagios, Icinga,
// Checkmk): 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. Pure.
//
//   CRITICAL  nobody is primary, two are, this node's network is faulty, a primary misses addresses
//             or the failover process does not answer
//   WARNING   whatever `warnings` of the status says
//   UNKNOWN   high availability is not enabled, or the daemon cannot be reached
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace flywall::cli {

struct CheckResult {
  int exit = 3;
  std::string line;  // "FLYWALL OK - fw1 is primary, … | epoch=7 …", without its end
};

CheckResult check_status(const nlohmann::ordered_json& status);
CheckResult check_unreachable(const std::string& why);

}  // namespace flywall::cli
