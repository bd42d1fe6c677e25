// The state of the failover process, published for the services process: a plain value in shared
// memory.
//
// The failover thread writes it after every change and at least once per second; readers never
// delay it (seqlock).
#pragma once

#include <array>
#include <cstdint>

#include "base/address.hpp"
#include "base/descriptor.hpp"
#include "base/ids.hpp"
#include "base/inline_text.hpp"
#include "base/time.hpp"
#include "heartbeat/datagram.hpp"
#include "heartbeat/election.hpp"

namespace flywall::processes {

struct PathStatus {
  bool used = false;
  bool automatic = false;  // learned from the peer's heartbeats (E5), not configured
  bool alive = false;
  Endpoint remote;
  std::uint32_t ifindex = 0;  // of an automatic path, else 0
  Duration round_trip{};      // smoothed; zero: not measured
  std::uint16_t loss_permille = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t send_errors = 0;
};

struct PeerStatus {
  bool used = false;   // configured
  bool known = false;  // heard at least once; the fields below are then valid
  bool alive = false;
  bool hears_us = false;
  NodeId node;
  heartbeat::State state{};
  heartbeat::Rank rank;
  heartbeat::Claim claim;
  Duration interval{};
  Duration detection{};
  Duration round_trip{};
  Time last_heard;
  std::uint64_t address_digest = 0;
  std::uint8_t protocol_minor = 0;
  std::array<PathStatus, kMaxPaths> paths{};
};

// One monitor: links first, then gateways, scripts, services, each in the order of the
// configuration; last the served networks on which the peers are silent (E5), while they are.
struct MonitorStatus {
  enum class Kind : std::uint8_t { link, gateway, script, service, network };
  enum class State : std::uint8_t { unknown, up, down };
  Kind kind = Kind::link;
  State state = State::unknown;
  std::uint16_t weight = 0;  // 0: the fault class
  Time since;
  InlineText<63> name;  // "eth1", "10.0.0.1", the block's label
  InlineText<120> detail;
};
inline constexpr std::size_t kMaxShownMonitors = 64;
const char* name_of(MonitorStatus::Kind kind);    // "gateway"
const char* name_of(MonitorStatus::State state);  // "down"

// What enforces this node's lease on its addresses (E7).
struct FenceStatus {
  enum class Kind : std::uint8_t {
    off,      // the configuration does not want it
    missing,  // the kernel gives none: `trouble` tells why
    kernel,
    lifetimes,  // the kernel removes addresses that are not renewed, seconds later; likewise
  };
  Kind kind = Kind::off;
  bool idle = false;  // the addresses were given back and are gone: nothing is dropped
  bool forwarding = false;
  Time until;  // the addresses live until then; zero: they are dead
  InlineText<120> trouble;
};
const char* name_of(FenceStatus::Kind kind);  // "kernel"

// A witness node, by its position in the configuration; of lock providers the services process
// knows (daemon/witness/lock_voter.hpp).
struct WitnessStatus {
  bool reachable = false;
  bool granted = false;   // its last answer to a question for its vote
  heartbeat::Claim seen;  // the highest claim that it knew then
  Time heard_at;
  Duration round_trip{};
  std::uint64_t questions = 0;
  std::uint64_t answers = 0;
};

struct Snapshot {
  Time updated;
  Time started;
  InstanceId instance;
  NodeId node;
  heartbeat::State state{};
  heartbeat::Claim claim;  // own when holding, else the highest seen
  heartbeat::Rank rank;
  bool holder_known = false;
  NodeId holder;  // the living primary as far as this node knows
  heartbeat::FaultClass fault{};
  std::uint16_t penalty = 0;  // of the monitors, part of rank.priority
  std::uint16_t monitor_count = 0;
  std::array<MonitorStatus, kMaxShownMonitors> monitors{};
  heartbeat::FailbackView failback;
  bool handing_over = false;
  NodeId successor;    // while handing over
  bool muted = false;  // E13
  bool has_quorum = true;
  bool stopping = false;
  // Last transition of this node.
  std::int64_t transition_wall_ms = 0;
  Time transition_at;
  heartbeat::State transition_from{};
  heartbeat::State transition_to{};
  heartbeat::Reason transition_reason{};
  // How this process may run.
  bool realtime = false;  // SCHED_FIFO was permitted
  bool memory_locked = false;
  // Addresses, in the order of the configuration; bit i of word i/64.
  std::uint32_t address_count = 0;
  std::uint32_t addresses_held = 0;
  std::array<std::uint64_t, kMaxVirtualAddresses / 64> held{};
  std::uint64_t address_digest = 0;
  std::uint64_t announcements = 0;  // gratuitous ARP and NA frames sent
  FenceStatus fence;
  // Counters since start.
  std::uint64_t heartbeats_sent = 0;
  std::uint64_t heartbeats_received = 0;
  std::array<std::uint64_t, heartbeat::kRefusals> refused{};  // by heartbeat::Refusal
  std::uint64_t failovers = 0;                                // times this node became primary
  std::uint64_t split_brains = 0;
  Duration split_brain_time{};
  std::uint64_t pauses = 0;
  std::uint64_t reports_lost = 0;  // history entries dropped because nobody read
  std::uint32_t services_restarts = 0;
  std::uint32_t routes_held = 0;  // virtual routes
  std::uint32_t reloads = 0;      // configurations taken over while running
  bool last_reload_good = true;
  bool epochs_reserved = false;  // false: a crash would forget the epoch
  std::array<PeerStatus, kMaxPeers> peers{};
  std::array<WitnessStatus, heartbeat::kMaxWitnesses> witnesses{};

  bool is_held(std::size_t address) const { return (held[address / 64] >> (address % 64)) & 1; }
};
static_assert(std::is_trivially_copyable_v<Snapshot>);

// A memfd with one Snapshot. One writer, any number of readers in other processes, each with one
// thread.
class SharedSnapshot {
 public:
  static Result<SharedSnapshot> create();          // in the writer
  static Result<SharedSnapshot> open(Descriptor);  // in a reader
  SharedSnapshot(SharedSnapshot&&) noexcept;
  SharedSnapshot& operator=(SharedSnapshot&&) = delete;
  ~SharedSnapshot();

  int fd() const { return memory_.get(); }
  // Wait-free; about 10 KB are copied.
  void publish(const Snapshot& snapshot);
  // Retries while the writer writes, a bounded number of times: a writer that died in the middle
  // leaves the last consistent copy. Before the first publish: zeros.
  Snapshot read() const;

 private:
  struct Page;
  SharedSnapshot(Descriptor memory, Page* page) : memory_(std::move(memory)), page_(page) {}
  Descriptor memory_;
  Page* page_;
  mutable Snapshot last_;  // consistent copy
};

}  // namespace flywall::processes
