// What runs or is told because of the role: services, jobs, web hooks, failover scripts' limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "daemon/config/monitor.hpp"

namespace flywall::config {

enum class When : std::uint8_t { primary, backup, always };
enum class Restart : std::uint8_t { always, on_failure, never };

// service "NAME" { … }: exactly one of `unit` and `command`.
struct Service {
  std::string name;
  std::string unit;
  Command command;
  When when = When::primary;
  Restart restart = Restart::on_failure;
  Duration timeout = 30s;  // for its start and for its stop

  bool operator==(const Service&) const = default;
};

// job "NAME" { … }: exactly one of `every` and `cron`.
struct Job {
  std::string name;
  Command command;
  std::optional<Duration> every;  // 1 s .. 365 days
  std::string cron;               // five fields or @daily and the like; checked
  Duration timeout = 1h;
  bool enabled = true;
  bool lock_required = false;  // refused with quorum none

  bool operator==(const Job&) const = default;
};

// notify "NAME" { … }
struct Notify {
  std::string name;
  std::string url;                  // http or https
  std::string secret_file;          // path, or empty: not signed
  std::vector<std::string> events;  // empty: all

  bool operator==(const Notify&) const = default;
};

// One entry of leader_urls.
struct NodeUrl {
  NodeId node;
  std::string url;

  bool operator==(const NodeUrl&) const = default;
};

// Who answers changing requests.
enum class WriteMode : std::uint8_t { leader_only, allow_all };

}  // namespace flywall::config
