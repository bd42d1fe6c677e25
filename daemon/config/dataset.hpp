// What is replicated and what is kept: checked here, built by a later version.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "daemon/config/monitor.hpp"

namespace flywall::config {

enum class DatasetType : std::uint8_t {
  files,
  dhcp_dnsmasq,
  dhcp_kea,
  dhcp_isc,
  dns_hosts,
  dns_dnsmasq,
  dns_unbound,
  dns_zone,
  sqlite,
  learning,
};

// sync: a change counts as made when a peer has it.
enum class Durability : std::uint8_t { async, sync };

// dataset "NAME" { … }
struct Dataset {
  std::string name;
  DatasetType type = DatasetType::files;
  std::vector<std::string> paths;       // absolute; at least one for files, sqlite, learning
  std::vector<std::string> exclude;     // patterns below `paths`
  std::vector<std::string> node_local;  // patterns of what belongs to the node
  Command validate;                     // before what came is put in place
  Command apply;                        // puts it in place
  Command activate;                     // when this node becomes primary
  Durability durability = Durability::async;

  bool operator==(const Dataset&) const = default;
};

// retention { … }
struct Retention {
  std::uint32_t history = 10'000;  // events
  std::uint32_t generations = 50;  // of the configuration
  Duration lost = 24h * 30;        // what a failover set aside

  bool operator==(const Retention&) const = default;
};

// conntrack_sync { … }
struct ConntrackSync {
  bool enabled = false;
  std::string interface;                // empty: the path of the replication
  Duration sync_interval = 5s;          // of the digest audit; delays no event
  std::uint32_t max_entries = 262'144;  // held for one peer
  Duration min_age = 0s;                // younger flows are not sent
  std::vector<std::string> protocols;   // empty: all
  std::vector<Prefix> ignore;           // flows from or to these stay out

  bool operator==(const ConntrackSync&) const = default;
};

}  // namespace flywall::config
