#include "daemon/failover/watched.hpp"

#include <algorithm>

namespace flywall::failover {

Watched watched_from(const config::Ha& ha) {
  Watched watched{.links = config::links(ha),
                  .served = {},
                  .gateways = config::gateways(ha),
                  .scripts = ha.monitor_scripts,
                  .services = ha.monitor_services,
                  .detection = ha.detection_time()};
  for (const config::VirtualIp& address : ha.virtual_ips)
    watched.served.push_back(address.interface);
  std::ranges::sort(watched.served);
  const auto twice = std::ranges::unique(watched.served);
  watched.served.erase(twice.begin(), twice.end());
  for (const std::string& name : watched.served) {
    const bool listed = std::ranges::find(watched.links, name, &config::MonitorLink::interface) !=
                        watched.links.end();
    if (!listed) watched.links.push_back({.interface = name});
  }
  return watched;
}

}  // namespace flywall::failover
