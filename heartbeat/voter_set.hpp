// Who votes about the primary role (E6): all nodes of the cluster, and the witnesses beside them.
//
// Majorities of two sets meet when the sets differ by one voter at most; so a voter grants nothing
// to a node whose set differs by more (L5 of heartbeat/lease.hpp). Nodes whose name is not
// configured are counted, but unknown until they are heard; they may be anybody.
//
// Knows no vote and no claim.
#pragma once

#include <cstdint>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"

namespace flywall::heartbeat {

inline constexpr std::size_t kMaxWitnesses = 2;
inline constexpr std::size_t kMaxVoters = 1 + kMaxPeers + kMaxWitnesses;

struct VoterSet {
  std::uint8_t size = 0;                    // zero: nobody votes
  InlineVector<NodeTag, kMaxVoters> known;  // `size` of them at most, in any order

  bool operator==(const VoterSet&) const = default;
};

// How many voters one set has and the other has not, both ways together; at least.
std::size_t difference(const VoterSet& one, const VoterSet& other);

}  // namespace flywall::heartbeat
