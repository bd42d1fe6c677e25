// What the failover process and the services process say to each other over their socket pair.
//
// Both ends run the same executable image (the child is started from /proc/self/exe), so a message
// is the bytes of a trivially copyable variant; one datagram of SOCK_SEQPACKET each. Nothing here
// ever crosses the network.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "base/inline_text.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "heartbeat/election.hpp"

namespace flywall::processes {

// What happened, for history. Stored: numbers are never reused.
enum class Happening : std::uint8_t {
  transition = 1,  // this node's role changed
  peer_alive = 2,
  peer_silent = 3,
  path_alive = 4,
  path_silent = 5,
  split_brain = 6,  // two primaries met; `duration` is how long both held
  claimed_again = 7,
  paused = 8,            // this process did not run for `duration`
  epoch_unreserved = 9,  // no epoch could be reserved on disk
  addresses_taken =
      10,  // `duration` from the decision until the last one was in place, `count` of them
  addresses_dropped = 11,
  address_failed = 12,    // `detail` names it and the kernel's reason
  address_restored = 13,  // somebody deleted it, it was put back
  address_foreign = 14,   // somebody added it by hand while this node is a backup
  link_changed = 15,      // `detail`: "eth1 down"
  services_restarted = 16,
  duplicate_node = 17,       // two machines use one node id
  address_mismatch = 18,     // a peer has other virtual addresses configured
  command = 19,              // an operator's command, `detail` says which and by whom
  address_in_use = 20,       // ARP probe: `detail` names address and hardware address
  monitor_changed = 21,      // `detail`: "gateway 10.0.0.1 down: no answer for 3 probes"
  script_ended = 22,         // `detail`: name and end, `duration`: how long it ran
  script_failed = 23,        // likewise
  reloaded = 24,             // `count` differences, `detail` says what needs a restart
  reload_refused = 25,       // `detail`: the first error
  fence_trouble = 26,        // `detail`: what the kernel's fence does not guard, and why
  channel_connected = 27,    // replication: `detail` is the peer's address
  channel_lost = 28,         // `detail`: why, `duration`: how long it was there
  witness_reachable = 34,    // `detail` names it
  witness_unreachable = 35,  // `detail` names it, and why
  witness_contradicts = 36,  // `detail`: a lock provider knows another primary than the nodes do
};
const char* name_of(Happening happening);  // "split_brain"

struct HistoryEntry {
  std::int64_t wall_ms = 0;  // since 1970, for people
  Time at;
  Happening happening = Happening::transition;
  heartbeat::State from{};
  heartbeat::State to{};
  heartbeat::Reason reason{};
  Epoch epoch;
  NodeId claimant;  // of `epoch`
  NodeId peer;      // whom it concerns, may be empty
  std::uint32_t count = 0;
  Duration duration{};
  InlineText<120> detail;
};

namespace message {

// failover process -> services process

struct History {
  HistoryEntry entry;
};
struct ReserveEpochs {  // make epochs up to and including `up_to` survive; answered by
                        // EpochsReserved or EpochsUnavailable
  Epoch up_to;
};
inline constexpr std::size_t kMaxWillSize = 256;
struct LastWill {  // to be sent, three times, when the failover process ends; replaces the earlier
                   // one of that path
  PeerIndex peer;
  PathIndex path;
  Endpoint to;
  IpAddress source;           // Family::none: the kernel chooses
  std::uint32_t ifindex = 0;  // 0: the kernel chooses
  std::uint16_t size = 0;     // 0: there is no such path any more
  std::array<std::uint8_t, kMaxWillSize> bytes{};
};
struct CommandAnswer {
  std::uint64_t request = 0;
  bool accepted = false;
  heartbeat::Reason reason{};
  InlineText<250> detail;  // more than the reason says, may be empty
};
struct Prepare {             // run what comes before a planned handover, then answer with Prepared
  std::uint32_t number = 0;  // to be repeated in the answer
  NodeId to;
  heartbeat::Reason reason{};
  Epoch epoch;
};
// This node's role changed: run what comes with it. Never lost for a full journal, and in order.
struct RoleChanged {
  heartbeat::State from{};
  heartbeat::State to{};
  heartbeat::Reason reason{};
  Epoch epoch;
  NodeId peer;  // whom it concerns, may be empty
};
struct Reconfigured {  // the memfd kConfigDescriptor holds a new configuration, and it runs
  std::uint32_t configuration = 0;  // its number since the start, which the memfd tells too
};
struct AskWitness {  // a lock provider, once; answered by WitnessAnswered or never
  heartbeat::WitnessIndex witness = 0;
  std::uint32_t configuration = 0;  // to which `witness` belongs: of another one it is ignored
  heartbeat::Claim claim;
  Duration lease{};
  Time asked;  // to be repeated in the answer
};
struct ReleaseWitness {
  heartbeat::WitnessIndex witness = 0;
  std::uint32_t configuration = 0;
  heartbeat::Claim claim;
};
struct Fence {  // switch that node off; answered by Fenced
  Epoch epoch;  // of the claim that takes over from it
  NodeId peer;
  heartbeat::Reason reason{};
  bool required = false;  // somebody waits
};
struct Farewell {};  // an orderly stop: end without wills

// services process -> failover process

struct EpochsReserved {
  Epoch floor;  // what earlier lives may have used, zero for a new state_dir
  Epoch up_to;
};
struct EpochsUnavailable {  // disk full, read-only, corrupt: said once per attempt
  InlineText<120> detail;
};
struct FailoverRequest {
  std::uint64_t request = 0;  // chosen by the services process, not zero
  InlineText<63> by;          // who asked, for the log: "uid 0"
  NodeId to;                  // empty: the best peer
};
struct PromoteRequest {
  // Whether the other node is switched off first: as the configuration says, in any case (and the
  // promotion waits for it), or not at all.
  enum class Fencing : std::uint8_t { configured, always, never };
  std::uint64_t request = 0;
  InlineText<63> by;
  bool force = false;
  Fencing fencing = Fencing::configured;
};
struct FailbackRequest {
  std::uint64_t request = 0;
  InlineText<63> by;
  heartbeat::event::FailbackRequested::Wish wish{};
};
struct ResetRequest {
  std::uint64_t request = 0;
  InlineText<63> by;
};
struct ReloadRequest {  // read the configuration file again; answered by a CommandAnswer
  std::uint64_t request = 0;
  InlineText<63> by;
};
struct Prepared {            // answers Prepare
  std::uint32_t number = 0;  // of the Prepare
  bool accepted = true;
};
struct Fenced {  // answers Fence
  Epoch epoch;
  bool done = false;  // the other node is off
};
inline constexpr std::size_t kMaxMonitors = 64;  // of scripts and services together, and of links
                                                 // and gateways together
struct MonitorChanged {  // a script or service monitor, by its position in the configuration:
                         // scripts first, then services
  std::uint32_t configuration = 0;  // to which `monitor` belongs: of another one it is ignored
  std::uint16_t monitor = 0;
  bool up = true;
  InlineText<120> detail;  // "exit status 2", "port 53 refuses connections"
};
struct WitnessAnswered {
  std::uint32_t configuration = 0;
  heartbeat::event::WitnessAnswered answer;
};
struct PeerResolved {  // addresses of a peer's configured name, complete list, most recent answer
  PeerIndex peer;
  std::uint32_t configuration = 0;  // to which `peer` belongs: of another one it is ignored
  InlineVector<IpAddress, kMaxPaths> addresses;
};

struct WitnessResolved {  // the same, for a witness node
  heartbeat::WitnessIndex witness = 0;
  std::uint32_t configuration = 0;
  InlineVector<IpAddress, kMaxPaths> addresses;
};

}  // namespace message

using ToServices = std::variant<message::History, message::ReserveEpochs, message::LastWill,
                                message::CommandAnswer, message::Prepare, message::RoleChanged,
                                message::Reconfigured, message::AskWitness, message::ReleaseWitness,
                                message::Fence, message::Farewell>;
using ToFailover =
    std::variant<message::EpochsReserved, message::EpochsUnavailable, message::FailoverRequest,
                 message::PromoteRequest, message::FailbackRequest, message::ResetRequest,
                 message::ReloadRequest, message::Prepared, message::MonitorChanged,
                 message::WitnessAnswered, message::PeerResolved, message::WitnessResolved,
                 message::Fenced>;
static_assert(std::is_trivially_copyable_v<ToServices> && std::is_trivially_copyable_v<ToFailover>);

// The descriptors with which the services process is started; its name in `ps` is
// flywalld-services.
inline constexpr int kSocketDescriptor = 3;    // this end of the pair
inline constexpr int kSnapshotDescriptor = 4;  // memfd with the SharedSnapshot
inline constexpr int kConfigDescriptor = 5;    // memfd with the configuration that the parent read
inline constexpr int kFenceDescriptor = 6;     // the map of the fence's gate, if there is a fence
inline constexpr const char* kServicesArgument = "--services";

}  // namespace flywall::processes
