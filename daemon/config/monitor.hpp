// What a node watches about itself: links, gateways, scripts, services.
//
// Each monitor counts: `fall` bad results in a row and it is down, `rise` good ones and it is up.
// While it is down it adds `weight` to the node's priority (lower is preferred); weight 0 means the
// fault class instead (E2): such a node is primary only if nobody healthier is there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"

namespace flywall::config {

// An argument vector; the first element is an absolute path. No shell is involved.
using Command = std::vector<std::string>;

// monitor_link "INTERFACE" { … }, or a name in monitor_links with the values below.
struct MonitorLink {
  std::string interface;
  std::uint8_t weight = 0;    // 0..254
  std::uint32_t rise = 1;     // 1..100
  std::uint32_t fall = 1;     // 1..100
  Duration interval = 100ms;  // 10 ms .. 1 h; how often a state that lasts counts again

  bool operator==(const MonitorLink&) const = default;
};

// monitor_gateway "ADDRESS" { … }, or an address in monitor_gateways with the values below.
struct MonitorGateway {
  IpAddress address;
  std::string interface;  // empty: the one that the route says; needed for link-local addresses
  std::uint8_t weight = 0;
  std::uint32_t rise = 2;
  std::uint32_t fall = 3;
  Duration interval = 1s;  // 10 ms .. 1 h

  bool operator==(const MonitorGateway&) const = default;
};

// monitor_script "NAME" { … }: exit code 0 is good.
struct MonitorScript {
  std::string name;
  Command command;
  Duration interval = 5s;  // 100 ms .. 1 h
  Duration timeout = 5s;   // 100 ms .. 1 h, at most `interval`; later is bad
  std::uint8_t weight = 0;
  std::uint32_t rise = 2;
  std::uint32_t fall = 3;

  bool operator==(const MonitorScript&) const = default;
};

// monitor_service "NAME" { … }: a unit that must be active, or a TCP port that must accept.
struct MonitorService {
  std::string name;
  std::string unit;                 // empty: `name`, unless `connect` is given
  std::optional<HostPort> connect;  // port always set
  Duration interval = 1s;           // 100 ms .. 1 h
  Duration timeout = 1s;            // 10 ms .. 1 h, at most `interval`
  std::uint8_t weight = 0;
  std::uint32_t rise = 2;
  std::uint32_t fall = 3;

  bool operator==(const MonitorService&) const = default;
};

}  // namespace flywall::config
