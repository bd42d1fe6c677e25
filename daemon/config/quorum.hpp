// Whose consent a primary needs, who votes besides the nodes, and what enforces it.
//
// What is not built in this version the schema refuses, or warns of (see there).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "daemon/config/secret.hpp"

namespace flywall::config {

// E6. majority: more than half of all nodes and witnesses grant the primary a lease.
enum class Quorum : std::uint8_t { none, majority };

enum class OnWitnessLoss : std::uint8_t { step_down, keep };

// lease { … }
struct Lease {
  std::optional<Duration> ttl;    // absent: the detection time, which is the least
  std::optional<Duration> renew;  // absent: a third of the ttl; shorter than the ttl
  OnWitnessLoss on_witness_loss = OnWitnessLoss::step_down;

  bool operator==(const Lease&) const = default;
};

enum class WitnessType : std::uint8_t { node, redis, consul, etcd, file };
std::string_view name(WitnessType type);
enum class OnStart : std::uint8_t { fail, backup };

// witness "NAME" { … }
struct Witness {
  std::string name;
  WitnessType type = WitnessType::node;
  std::string url;         // redis, consul, etcd; may hold a password: never show it
  std::string key;         // under which name the lock stands; empty: made from the cluster_id
  std::string address;     // node: "host:port"
  std::string path;        // file
  std::string token_file;  // path, or empty
  Duration connect_timeout = 2s;
  OnStart on_start = OnStart::fail;  // when it cannot be reached at start
  bool allow_network_fs = false;     // file: a network file system is meant

  bool operator==(const Witness&) const = default;
};

// cluster "ID" { … }: one for which a node with mode = "witness" votes.
struct VotedCluster {
  std::string id;             // its cluster_id
  Secret vote_key;            // 64 hexadecimal digits, from vote_key or vote_key_file
  std::string vote_key_file;  // path, or empty
  Duration max_lease = 5s;    // no vote lasts longer; for so long a restarted witness gives none

  bool operator==(const VotedCluster&) const = default;
};

// fencing { … }: a hook that switches the other node off.
struct Fencing {
  std::string script;  // path, or empty
  Duration timeout = 30s;
  bool required = false;  // no takeover before it succeeded

  bool operator==(const Fencing&) const = default;
};

// fence { … }: the kernel's lease on the addresses (E7).
struct Fence {
  bool enabled = true;
  std::optional<bool> forwarding;  // absent: with a quorum

  bool operator==(const Fence&) const = default;
};

}  // namespace flywall::config
