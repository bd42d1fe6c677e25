// replication.ha { … } as typed values: timers, rank, what is watched, what moves with the role.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "daemon/config/dataset.hpp"
#include "daemon/config/monitor.hpp"
#include "daemon/config/quorum.hpp"
#include "daemon/config/task.hpp"
#include "daemon/config/virtual_ip.hpp"

namespace flywall::config {

// What a returning preferred node does (E10).
enum class FailbackMode : std::uint8_t { automatic, manual, disabled };

// never: by command only.
enum class Takeover : std::uint8_t { automatic, never };

// In the order of the documentation; there is one of it.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct Ha {
  bool enabled = false;
  std::uint8_t priority = 100;              // 1..255, lower is preferred; ties by node id
  Duration heartbeat_interval = 100ms;      // 1 ms .. 1 min
  std::uint32_t failure_threshold = 3;      // 1..1000 heartbeats in a row that did not come
  std::optional<Duration> failure_timeout;  // > heartbeat_interval, <= 10 min; wins
  std::uint16_t heartbeat_port = 9002;      // UDP
  FailbackMode failback_mode = FailbackMode::automatic;
  Duration failback_delay = 60s;    // 0 .. 1 day
  Duration failback_window = 5min;  // 0 .. 1 day
  Takeover takeover = Takeover::automatic;

  std::vector<std::string> monitor_links;  // as written; `links` below has both forms
  std::vector<MonitorLink> monitor_link_blocks;
  std::vector<IpAddress> monitor_gateways;  // as written; `gateways` below has both forms
  std::vector<MonitorGateway> monitor_gateway_blocks;
  std::vector<MonitorScript> monitor_scripts;
  std::vector<MonitorService> monitor_services;

  std::vector<VirtualIp> virtual_ips;  // at most kMaxVirtualAddresses
  std::vector<VirtualRoute> virtual_routes;
  std::vector<VirtualMac> virtual_macs;

  std::string pre_failover_script;  // path, or empty
  std::string post_failover_script;
  bool pre_failover_required = false;  // its failure stops a planned failover
  Duration script_timeout = 10s;       // 100 ms .. 10 min
  std::string script_user;             // empty: as the daemon

  ConntrackSync conntrack_sync;
  Quorum quorum = Quorum::none;  // effective: majority from three nodes on unless set
  Lease lease;
  std::vector<Witness> witnesses;
  Fencing fencing;
  Fence fence;
  std::vector<Service> services;
  std::vector<Job> jobs;
  std::vector<Notify> notifications;

  WriteMode write_mode = WriteMode::leader_only;
  std::vector<NodeUrl> leader_urls;  // empty: learned from the nodes
  bool forward_writes = false;
  Duration drain_timeout = 30s;     // 0 .. 1 h
  Duration transfer_timeout = 10s;  // 100 ms .. 10 min (E9)
  Duration shutdown_grace = 5s;     // 0 .. 10 min
  Duration max_lag = 10s;           // 1 ms .. 1 h
  Duration stale_grace = 30s;       // 0 .. 1 day

  // Silence after which a peer counts as dead: failure_timeout, else interval × threshold.
  Duration detection_time() const;
  bool operator==(const Ha&) const = default;
};

// Blocks first, then the names of the short form with the standard values; each once.
std::vector<MonitorLink> links(const Ha& ha);
std::vector<MonitorGateway> gateways(const Ha& ha);

std::string_view name(FailbackMode mode);
std::string_view name(Takeover takeover);
std::string_view name(Quorum quorum);

}  // namespace flywall::config
