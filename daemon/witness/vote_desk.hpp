// The votes of a witness node: one for each cluster whose vote key it was given.
//
// A datagram is looked at only when it names one of the keys, and answered only when it was sealed
// under it: strangers hear nothing. The answer is no longer than the longest question. Memory: what
// `configure` made, whatever arrives.
//
// Knows keys and votes; knows no socket, no file, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heartbeat/seal.hpp"
#include "heartbeat/vote_keeper.hpp"

namespace flywall::witness {

class VoteDesk {
 public:
  struct Cluster {
    std::string id;
    SecretKey vote_key;
    Duration longest{};  // of its votes
  };
  struct Served {
    Bytes answer;  // until the next call; empty: nothing is said
    const std::string& cluster;
    std::optional<heartbeat::Claim> voted_for;  // somebody else than before, or another claim
  };

  VoteDesk(const NodeId& self, InstanceId instance)
      : witness_(node_tag(self)), instance_(instance) {}

  // Clusters whose id, key and longest vote stay keep their promises; a new one begins silent (L3).
  void configure(std::vector<Cluster> clusters, Time now);

  // `sealed` is changed in place. Nothing: it was refused.
  std::optional<Served> receive(Time now, MutableBytes sealed);

  std::size_t clusters() const { return seats_.size(); }
  std::uint64_t answered() const { return answered_; }
  std::uint64_t refused() const { return refused_; }

 private:
  struct Seat {
    Cluster cluster;
    KeyId key;
    heartbeat::Sealer sealer;
    heartbeat::VoteKeeper keeper;
    heartbeat::Claim voted_for;
  };
  Seat* seat_of(Bytes sealed);
  std::optional<Served> refuse();

  NodeTag witness_;
  InstanceId instance_;
  std::uint64_t counter_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<Seat> seats_;
  std::array<std::uint8_t, heartbeat::kMaxVoteSize> room_{};
};

}  // namespace flywall::witness
