// What the failover loop is told about this node and its cluster; a reload brings another one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/failover/peer_table.hpp"
#include "daemon/failover/watched.hpp"
#include "heartbeat/election.hpp"

namespace flywall::failover {

// A witness as the failover thread sees it, by its position in the configuration.
struct WitnessSetting {
  bool node = false;  // else the services process asks it
  InlineText<63> name;
  std::optional<IpAddress> address;  // none: its name has to be resolved
  std::uint16_t port = 0;
  bool operator==(const WitnessSetting&) const = default;
};
using WitnessSettings = InlineVector<WitnessSetting, heartbeat::kMaxWitnesses>;

struct LoopSetting {
  heartbeat::Policy policy;
  InstanceId instance;
  std::vector<PeerSetting> peers;
  Watched watched;
  WitnessSettings witnesses;
  std::uint32_t address_count = 0;
  bool fencing = false;           // there is a script that switches other nodes off
  bool fencing_required = false;  // no addresses before it has succeeded
  bool fence_forwarding = false;  // who may not serve the addresses may not forward either
  bool swept = false;             // at the start: nothing of an earlier life is left in this kernel
  bool memory_locked = false;
};

}  // namespace flywall::failover
