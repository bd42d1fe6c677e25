// How a question for a witness' vote and its answer look on the wire.
//
// Both begin with the header of heartbeat/datagram.hpp (kinds 3 and 4) and are sealed as heartbeats
// are, but under a key of their own, made from the cluster's: a witness that is given the vote key
// can vote and can neither read nor say a heartbeat. The same tables, with a worked example, are in
// docs/protocol.md; golden bytes are in tests/heartbeat/vote_test.cpp.
//
//   question body                                    answer body
//   offset size                                      offset size
//    0     1  purpose                                 0     1  verdict
//    1     1  length n of the name, 1..63             1     1  length n of the name, 0..63
//    2     2  zero, ignored                           2     2  zero, ignored
//    4     8  epoch of the claim                      4     8  instance   \ of the question
//   12     4  lease, microseconds                    12     8  counter    / that it answers
//   16     8  instance   \ of the last answer        20     8  epoch of the highest claim known
//   24     8  counter    / heard; zero: of none      28     4  lease granted, microseconds
//   32     n  name of the sender, the claimant       32     n  its claimant
//
// Everything is in network byte order; bytes behind the name are ignored. What a decoder returns
// has a claimant that the header's tag belongs to (question), names an instance and a counter, and
// has a lease above zero where one is asked for or granted.
//
// Knows no cipher, no clock, no socket; who believes what is in vote_keeper.hpp and vote_asker.hpp.
#pragma once

#include "heartbeat/datagram.hpp"

namespace flywall::heartbeat {

// The key of this protocol, from the one of the cluster: what a witness is given.
SecretKey vote_key(const SecretKey& cluster_key);

// One datagram of one life of a process; the zero value is none.
struct Saying {
  InstanceId instance;
  std::uint64_t counter = 0;
  constexpr bool operator==(const Saying&) const = default;
};

// The numbers of the wire; never reuse one.
enum class VotePurpose : std::uint8_t { ask = 1, release = 2, greet = 3 };

struct VoteQuestion {
  Saying self;
  VotePurpose purpose = VotePurpose::ask;
  Claim claim;       // the sender's own; its epoch is zero in a greeting only
  Duration lease{};  // of an ask
  Saying heard;      // the witness' last answer
  bool operator==(const VoteQuestion&) const = default;
};

// The numbers of the wire; never reuse one.
enum class VoteVerdict : std::uint8_t {
  granted = 1,
  refused = 2,
  released = 3,
  greeted = 5,  // nothing was asked
  prove = 4,    // nothing was done: ask again and name this answer, so that no recording is obeyed
};
const char* name_of(VoteVerdict verdict);  // "granted"

struct VoteAnswer {
  Saying self;
  NodeTag witness;  // node tag of the witness' name
  VoteVerdict verdict = VoteVerdict::refused;
  Saying question;
  Claim seen;        // the highest that the witness knows, may be none
  Duration lease{};  // granted
  bool operator==(const VoteAnswer&) const = default;
};

inline constexpr std::size_t kMaxVoteSize = kHeaderSize + 32 + NodeId::kMaxLength + kSealSize;

// Header (key id zero) and body in clear; the size. kMaxVoteSize bytes are always enough.
std::size_t encode(const VoteQuestion& question, MutableBytes room);
std::size_t encode(const VoteAnswer& answer, MutableBytes room);

// Of what Sealer::open returned. Refuse `type`, `malformed`, `foreign_sender`.
std::expected<VoteQuestion, Refusal> decode_question(Bytes clear);
std::expected<VoteAnswer, Refusal> decode_answer(Bytes clear);

}  // namespace flywall::heartbeat
