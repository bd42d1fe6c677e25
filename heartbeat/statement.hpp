// What one node says to all others in every heartbeat: the input and the output of the election.
//
// A Statement is the same for every receiver. What concerns one receiver and one path (counter,
// echo, path sequence) is in heartbeat/session.hpp; how both become bytes is in
// heartbeat/datagram.hpp.
//
// Knows no bytes, no key, no address, no clock.
#pragma once

#include <compare>
#include <cstdint>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "heartbeat/voter_set.hpp"

namespace flywall::heartbeat {

// The numbers are those of the wire; never reuse one.
enum class State : std::uint8_t {
  init = 0,          // listens, claims nothing (E1)
  backup = 1,        // follows
  taking_over = 2,   // has claimed, is taking the addresses
  primary = 3,       // holds the addresses
  handing_over = 4,  // keeps the addresses quiet until a peer takes the offered role (E9)
  fault = 5,         // a backup whose own links or services are bad
  drained = 6,       // reserved: told by an operator to hold nothing
  witness = 7,       // reserved: votes, never holds addresses
  leaving = 8,       // said last: this instance stops, do not wait for it (E11)
};
inline constexpr std::uint8_t kStates = 9;

constexpr bool holds_claim(State state) {
  return state == State::taking_over || state == State::primary || state == State::handing_over;
}
const char* name_of(State state);

// How bad a node's own view of the network is; nodes are ranked by it first (E2). Numbers of the
// wire.
enum class FaultClass : std::uint8_t {
  none = 0,
  degraded = 1,  // redundancy lost, serves everything
  faulty = 2,    // a monitored link or served network is down
};
inline constexpr std::uint8_t kFaultClasses = 3;
const char* name_of(FaultClass fault);

// The right to be primary: ordered by epoch, then by claimant, so that no two claims are equal
// (E3).
struct Claim {
  Epoch epoch;
  NodeId claimant;
  constexpr auto operator<=>(const Claim&) const = default;
};

// What nodes are ordered by when one is to be chosen (E2); smaller is preferred, ties by node id.
struct Rank {
  FaultClass fault = FaultClass::none;
  bool in_sync = true;           // follows the primary's state closely enough to take over
  std::uint16_t priority = 100;  // 1..255 plus penalties, lower is preferred
  constexpr auto operator<=>(const Rank& other) const {
    if (auto order = fault <=> other.fault; order != 0) return order;
    if (auto order = other.in_sync <=> in_sync; order != 0) return order;
    return priority <=> other.priority;
  }
  constexpr bool operator==(const Rank&) const = default;
};

// What a node asks of the one that holds the role (E10). Two flags of the wire.
enum class Wish : std::uint8_t {
  none = 0,
  failback = 1,  // it is preferred and has been fit for long enough
  promote = 2,   // its operator wants it to be primary
  force = 3,     // also with a fault. Of a holder: it claimed by force, others give way to it
};

// E9: the holder offers its role to one peer, who takes it by claiming this epoch.
struct Offer {
  Epoch epoch;  // zero: nothing is offered
  NodeTag to;
  constexpr bool operator==(const Offer&) const = default;
};

// E6: who has the sender's vote, and for how long, counted from when it says so.
struct Grant {
  Epoch epoch;  // zero: nobody has it
  NodeTag to;   // the claimant
  Duration left{};
  constexpr bool operator==(const Grant&) const = default;
};

// The highest protocol this program speaks. A receiver accepts any minor of its own major.
inline constexpr std::uint8_t kProtocolMajor = 1;
inline constexpr std::uint8_t kProtocolMinor = 2;  // 1: wishes, offers, penalties; 2: votes

struct Statement {
  NodeId sender;
  State state = State::init;
  // Own claim when `holds_claim(state)`, else the highest claim this node has seen.
  Claim claim;
  // Epoch of the first claim of the holder's unbroken tenure; equals claim.epoch unless it had to
  // claim again (E8). Zero when this node holds nothing; one that gave way to another holder goes
  // on saying it, until that one has claimed again and so shows that it knows (E8).
  Epoch tenure;
  // How long this node has been holding; of one that gave way, how long both held. For the duration
  // of a split brain.
  Duration held_for{};
  Rank rank;
  // What monitors add to the priority, already part of `rank`: below it.
  std::uint16_t penalty = 0;
  // False while this node must not be counted as a candidate: listening, leaving, just resigned,
  // takeover forbidden.
  bool eligible = false;
  // This node hears the holder of `claim` itself (true also when it is the holder).
  bool holder_alive = false;
  // Would claim the role if it were offered (E9): like `eligible`, but also where taking over is
  // for operators only.
  bool accepts_offer = false;
  Wish wish = Wish::none;
  Offer offer;  // only in state handing_over, above `claim`
  Grant grant;
  // Who votes by the sender's configuration; whoever holds a claim and says this asks for the vote.
  VoterSet voters;
  // A receiver judges the sender by the sender's own timers (E14). Both 1 ms .. 1 h.
  Duration interval = 100ms;
  Duration detection = 300ms;
  // Nodes heard directly within their detection time.
  InlineVector<NodeTag, kMaxPeers> heard;
  // Digest of the configured virtual addresses: two nodes that differ are told (ConfigDrift).
  std::uint64_t address_digest = 0;
  std::uint8_t protocol_minor = kProtocolMinor;
  std::uint32_t features = 0;

  bool operator==(const Statement&) const = default;
};

}  // namespace flywall::heartbeat
