// What a configuration wants watched: the input of conditions.hpp.
#pragma once

#include <vector>

#include "base/time.hpp"
#include "daemon/config/ha.hpp"

namespace flywall::failover {

struct Watched {
  std::vector<config::MonitorLink> links;  // each interface once
  std::vector<std::string> served;         // interfaces that carry virtual addresses, each once
  std::vector<config::MonitorGateway> gateways;
  std::vector<config::MonitorScript> scripts;
  std::vector<config::MonitorService> services;
  Duration detection{};  // of this node
};

Watched watched_from(const config::Ha& ha);

}  // namespace flywall::failover
