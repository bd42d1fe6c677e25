#include "daemon/cli/check.hpp"

#include <algorithm>

#include "daemon/cli/lenient.hpp"

namespace flywall::cli {

namespace {

constexpr int kOk = 0;
constexpr int kWarning = 1;
constexpr int kCritical = 2;
constexpr int kUnknown = 3;

// The bar begins the performance data, a line break the long output.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '|' || c == '\n' || c == '\r'; }, '/');
  return text;
}

struct Count {
  unsigned of = 0;
  unsigned all = 0;
};

Count count(const Json& list, const char* flag) {
  Count result;
  if (!list.is_array()) return result;
  for (const Json& one : list) {
    ++result.all;
    if (is_true(one, flag)) ++result.of;
  }
  return result;
}

Count count_paths(const Json& peers) {
  Count result;
  if (!peers.is_array()) return result;
  for (const Json& peer : peers) {
    const Count paths = count(at(peer, "paths"), "alive");
    result.of += paths.of;
    result.all += paths.all;
  }
  return result;
}

unsigned other_primaries(const Json& peers) {
  if (!peers.is_array()) return 0;
  return static_cast<unsigned>(std::ranges::count_if(peers, [](const Json& peer) {
    return is_true(peer, "alive") && at(peer, "role") == "primary";
  }));
}

// Empty when nothing is critical.
std::string what_is_critical(const Json& status) {
  const bool leads = is_true(status, "is_leader");
  if (at(status, "role") == "unknown") return "the failover process does not answer";
  if (other_primaries(at(status, "peers")) + (leads ? 1 : 0) > 1)
    return "more than one node is primary";
  if (at(status, "leader_id").is_null()) return "nobody is primary";
  if (at(status, "fault") == "faulty") return "the network of this node is faulty";
  const Count held = count(at(status, "virtual_ips"), "held");
  if (leads && held.of < held.all)
    return std::to_string(held.all - held.of) + " of " + std::to_string(held.all) +
           " virtual addresses are not in place";
  return "";
}

std::string value(const char* name, const Count& count) {
  return std::string(" ") + name + "=" + std::to_string(count.of) + ";;;0;" +
         std::to_string(count.all);
}

std::string performance(const Json& status) {
  std::string data = std::string(" | is_leader=") + (is_true(status, "is_leader") ? "1" : "0");
  data += " epoch=" + text(status, "epoch", "0");
  data += value("peers_alive", count(at(status, "peers"), "alive"));
  data += value("paths_alive", count_paths(at(status, "peers")));
  data += value("vips_held", count(at(status, "virtual_ips"), "held"));
  if (const Json& age = at(status, "state_age_seconds"); age.is_number())
    data += " state_age=" + age.dump() + "s";
  return data;
}

}  // namespace

CheckResult check_status(const Json& status) {
  const std::string node = text(status, "node_id", "?");
  if (!is_true(status, "enabled"))
    return check_unreachable("high availability is not enabled on " + node);
  const std::string role = node + " is " + text(status, "role", "unknown");
  const std::string data = performance(status);
  if (const std::string critical = what_is_critical(status); !critical.empty())
    return {kCritical, one_line("FLYWALL CRITICAL - " + critical + "; " + role) + data};
  const Json& warnings = at(status, "warnings");
  if (warnings.is_array() && !warnings.empty()) {
    const std::string more =
        warnings.size() > 1 ? " (and " + std::to_string(warnings.size() - 1) + " more)" : "";
    return {kWarning,
            one_line("FLYWALL WARNING - " + text(warnings[0]) + more + "; " + role) + data};
  }
  const Count peers = count(at(status, "peers"), "alive");
  return {kOk, one_line("FLYWALL OK - " + role + ", " + std::to_string(peers.of) + " of " +
                        std::to_string(peers.all) + " peers alive") +
                   data};
}

CheckResult check_unreachable(const std::string& why) {
  return {kUnknown, one_line("FLYWALL UNKNOWN - " + why)};
}

}  // namespace flywall::cli
