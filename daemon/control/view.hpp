// What the answers are made of at one moment, and what follows from it.
//
// Knows configuration, published snapshot and a moment; knows no socket and asks no clock. A
// snapshot older than kStaleAfter proves nothing any more: the failover process does not run, so
// nobody is called leader because of it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "daemon/config/config.hpp"
#include "daemon/processes/snapshot.hpp"
#include "replication/peer_state.hpp"

namespace flywall::control {

// The failover process publishes after every change and at least once per second.
inline constexpr Duration kStaleAfter = 3s;

// The channel to the other nodes, as the services process sees it (docs/channel.md).
struct ChannelView {
  bool runs = false;
  std::string trouble;  // why it does not run, or does not listen; may be empty
  std::vector<replication::PeerState> peers;
  replication::Traffic traffic;
};

// A lock provider as the services process sees it (daemon/witness/lock_voter.hpp).
struct ProviderView {
  heartbeat::WitnessIndex witness = 0;
  bool reachable = false;
  std::string trouble;       // while it is not
  bool contradicts = false;  // it knows another primary than the nodes do
  std::uint64_t contended = 0;
  std::uint64_t failed = 0;
  std::array<std::uint64_t, 6> errors{};  // by ErrorKind
  heartbeat::Claim holder;                // of the record seen last
  bool held = false;
};

struct View {
  const config::Config& config;
  const processes::Snapshot& snapshot;
  Time now;
  std::vector<std::string> warnings;  // of the services process
  std::int64_t wall_ms = 0;           // the same moment for people, since 1970
  ChannelView channel = {};
  std::map<std::string, std::uint64_t> script_failures = {};  // by script or monitor
  std::vector<ProviderView> providers = {};

  bool fresh() const;
  // This node is primary, and the failover process said so lately.
  bool is_leader() const;
  // The kernel takes the addresses from this node as soon as it may not serve them (E7).
  bool is_fenced() const {
    return snapshot.fence.kind == processes::FenceStatus::Kind::kernel &&
           snapshot.fence.trouble.empty();
  }
  Duration age() const { return now - snapshot.updated; }
};

// "init", "backup", …; "standalone" without HA, "unknown" when the snapshot is not fresh.
std::string role(const View& view);

// One or two sentences: why this node is what it is (why.cpp).
std::string why(const View& view);

// What an operator should know, most urgent first; those of the services process last.
std::vector<std::string> warnings(const View& view);

// A peer's node id, or, before it was heard, how the configuration calls it.
std::string peer_name(const View& view, std::size_t peer);

}  // namespace flywall::control
