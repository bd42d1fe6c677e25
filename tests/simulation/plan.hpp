// What one schedule is made of, all of it drawn from its seed: how many nodes, their timers and
// clocks, the network, and which kinds of fault may happen. Some schedules have a single kind only:
// mixtures hide what one fault alone shows.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "heartbeat/election.hpp"
#include "tests/simulation/moment.hpp"
#include "tests/simulation/random.hpp"

namespace flywall::simulation {

inline constexpr std::size_t kMaxNodes = kMaxPeers + 1;
inline constexpr std::size_t kMaxMachines = kMaxNodes + 1;  // one may be a clone of another (E15)
inline constexpr std::size_t kMaxSimulatedPaths = 3;

enum class Fault : std::uint8_t {
  loss,  // of some links, 5..60 %
  duplication,
  jitter,       // reorders
  path_cut,     // one path of a pair, one way or both
  one_way_cut,  // all paths of a pair, one direction
  partition,    // the nodes fall into two groups
  hiccup,       // a process does not run for less than half a detection time
  pause,        // for 0.6 .. 12 detection times
  crash,        // of both processes: nobody tidies up
  killed,       // the failover process; the services process delivers the last will
  power_loss,
  stop,       // graceful
  own_fault,  // a monitored link of one node
  order,      // an operator's failover command
  promote,    // and his other commands
  failback,   // also: the preferred node takes its role back by itself
  reset,
  reconfigure,
  weight,  // a monitor's penalty
  slow_addresses,
  refused_addresses,
  broken_store,
  replay,        // recorded letters again
  withhold,      // letters kept back and released later
  clone,         // a second machine with the same node id
  witness_down,  // and restarted, with nothing remembered
  witness_slow,
  witness_cut,  // off from one machine
};
inline constexpr std::size_t kFaults = 28;
const char* name_of(Fault fault);

struct NodePlan {
  heartbeat::Policy policy;
  Clock clock;
  Moment first_start{};
};

struct Plan {
  std::uint64_t seed = 0;
  std::size_t nodes = 2;
  std::size_t paths = 1;
  std::size_t witnesses = 0;
  std::array<NodePlan, kMaxNodes> node;
  std::uint32_t faults = 0;  // bit per Fault
  Duration settle{};         // before the first fault
  Duration chaos{};          // how long faults go on
  Duration spacing{};        // mean time between two faults
  Duration delay{};          // one way, least
  Duration jitter{};         // on top, at most
  Duration address_time{};   // what taking or dropping addresses takes, at most
  Duration store_time{};
  Duration lateness{};            // of timers, at most
  std::size_t socket_limit = 64;  // letters a paused process's sockets hold

  bool has(Fault fault) const { return (faults >> static_cast<unsigned>(fault)) & 1; }
  std::size_t voters() const { return nodes + witnesses; }
  // That a witness gives away.
  Duration longest_vote() const;
  bool counts_votes() const { return node[0].policy.quorum == heartbeat::Quorum::majority; }
  Duration longest_interval() const;
  Duration longest_detection() const;
  Duration longest_listen() const;
  // That nobody notices: of a voter it must be short for everybody's lease.
  Duration longest_stumble(std::size_t machine) const;
  // The role may be handed over as planned (E9).
  bool hands_over() const;
  Duration longest_transfer() const;  // from the wish to its end, one way or the other
  // Operators or scripts may have a node be primary that is not the best.
  bool is_commanded() const;
  // From the quieted addresses to their new place, if nothing goes wrong.
  Duration shortest_handover() const;
  Duration longest_way() const { return delay + jitter; }
  std::string name_of_machine(std::size_t machine, std::size_t node) const;  // a clone: "ada'"
  std::string describe() const;
};

// `nodes`: zero draws 2..7.
Plan draw_plan(std::uint64_t seed, std::size_t nodes = 0);

// Another configuration of a node, of which not everything may differ.
heartbeat::Policy redrawn_policy(Random& random, const Plan& plan, std::size_t node);

}  // namespace flywall::simulation
