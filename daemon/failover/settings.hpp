// From the configuration to what the threads of the failover process are given.
#pragma once

#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/failover/failover_loop.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::failover {

struct Settings {
  LoopSetting loop;
  netlink::AddressTag tag;
  std::vector<netlink::VirtualAddress> addresses;  // in the order of the configuration
};

// Draws the instance id and the election's seed; otherwise deterministic.
Settings settings_from(const config::Config& config);

}  // namespace flywall::failover
