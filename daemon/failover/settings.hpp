// From the configuration to what the threads of the failover process are given.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/failover/failover_loop.hpp"
#include "netlink/virtual_address.hpp"
#include "netlink/virtual_link.hpp"
#include "netlink/virtual_route.hpp"

namespace flywall::failover {

struct Settings {
  LoopSetting loop;
  netlink::AddressTag tag;
  bool fence = true;
  Duration shutdown_grace{};  // how long a stop waits for a handover
  netlink::RouteTag route_tag;
  std::vector<netlink::VirtualAddress> addresses;  // in the order of the configuration
  std::string cluster_id;
  std::vector<netlink::VirtualLink> links;
  std::vector<netlink::VirtualRoute> routes;
};

// Draws the instance id and the election's seed; otherwise deterministic.
Settings settings_from(const config::Config& config);

// Likewise for a reload: the same life goes on with them.
Settings settings_from(const config::Config& config, const Settings& running);

}  // namespace flywall::failover
