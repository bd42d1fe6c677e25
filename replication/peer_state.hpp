// What the mesh says of itself: each peer as it stands, and what was carried. Plain values, for
// those who show them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "base/key.hpp"
#include "base/time.hpp"
#include "replication/multiplexer.hpp"

namespace flywall::replication {

// A peer as it stands: configured, connected, or both.
struct PeerState {
  NodeId node;  // empty when nobody knows yet
  std::vector<HostPort> addresses;
  bool connected = false;
  std::string trouble;  // why not, in a sentence; may be empty
  std::uint64_t connects = 0;
  // While connected:
  std::string remote;
  bool called_by_us = false;
  Duration connected_for{};
  std::optional<Duration> round_trip;
  Lag lag;
  KeyId key;
  Standing standing;
};

// Since the start, over all connections.
struct Traffic {
  Volume sent, received;
  std::uint64_t wire_sent = 0, wire_received = 0;
};

}  // namespace flywall::replication
