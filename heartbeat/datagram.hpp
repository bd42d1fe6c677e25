// How a heartbeat and a last will look on the wire.
//
// Decides the layout of the 32 bytes in clear and of the sealed body, which bodies are believed to
// be well formed, and the name of every reason for which a datagram is dropped. The same tables,
// with a worked example, are in docs/protocol.md; golden bytes are in
// tests/heartbeat/datagram_test.cpp.
//
//   header, in clear, authenticated as a whole          heartbeat body           will body
//   offset size                                         offset size              offset size
//    0     1  version, kVersion                          0     1  state           0     8  epoch
//    1     1  kind                                       1     1  flags           8     …  fields
//    2     2  zero, ignored                              2     1  fault class
//    4     4  key id                                     3     1  protocol minor
//    8     8  node tag of the sender  \                  4     2  priority
//   16     8  instance of the sender   > the nonce       6     4  features
//   24     8  counter                 /                 10     8  epoch of the claim
//   32     …  body, then 16 bytes of seal               18     4  interval, microseconds
//                                                       22     4  detection, microseconds
//   flags: 1 eligible, 2 holder alive, 4 in sync,       26     8  address digest
//          8 and 16 wish, 32 accepts an offer           34     8  sent, nanoseconds
//   field: type 1, length 2, value                      42     4  path sequence
//                                                       46     …  fields
//
//   1 sender      1..63 bytes, required
//   2 claimant    0..63 bytes; without it the claimant is the sender
//   3 tenure      epoch 8, held for 8 (microseconds); without it both are zero
//   4 echoes      0..4 of: instance 8, counter 8, sent 8 (nanoseconds), held 4 (microseconds)
//   5 heard       0..6 node tags of 8
//   6 addresses   0..8 of: family 1 (4 or 6), 4 or 16 bytes
//   7 offer       epoch 8, node tag 8; only in state handing over, above the claim (minor 1)
//   8 penalty     2, what monitors add to the priority, below it; without it nothing (minor 1)
//   9 grant       epoch 8, node tag 8, left 4 (microseconds): who has the sender's vote (minor 2)
//  10 voters      how many 1, node tags of 8 of those that are known: 1..9 (minor 2)
//
// Everything is in network byte order. Invariants:
//  1. A field of unknown type is skipped; a known one may appear once and never changes its layout.
//  2. What `decode` returns obeys the limits stated in statement.hpp and session.hpp, its times are
//     0 .. kMaxInstant, a holder claims for itself with an epoch above zero, and an offer is one of
//     a node that hands over and lies above its claim: nobody behind has to check again.
//  3. `decode(encode(x)) == x` when x obeys 2 and its durations are whole microseconds; durations
//     beyond their field are cut to its largest value.
//
// Knows no key and no cipher (heartbeat/seal.hpp), no peer and no freshness
// (heartbeat/session.hpp), no socket (heartbeat/transport.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/key.hpp"
#include "heartbeat/session.hpp"
#include "heartbeat/statement.hpp"

namespace flywall::heartbeat {

inline constexpr std::uint8_t kVersion = kProtocolMajor;
inline constexpr std::size_t kHeaderSize = 32;
inline constexpr std::size_t kSealSize = 16;
inline constexpr std::size_t kMinDatagram = kHeaderSize + 12 + kSealSize;  // a will of "a"
inline constexpr std::size_t kMaxDatagram = 1200;  // fits every IPv6 path without fragments
inline constexpr std::size_t kMaxClear = kMaxDatagram - kSealSize;
inline constexpr std::size_t kMaxOwnAddresses = 8;
inline constexpr Time kMaxInstant = time_from_nanoseconds(std::int64_t{1} << 61);  // 73 years

// The last two are of another protocol under another key: heartbeat/vote.hpp.
enum class Kind : std::uint8_t { heartbeat = 1, will = 2, question = 3, answer = 4 };

// Why a datagram was dropped: the values of `ha_heartbeats_rejected_total{reason}`. In the order in
// which they are found out.
enum class Refusal : std::uint8_t {
  truncated,       // shorter than kMinDatagram
  oversized,       // longer than kMaxDatagram
  version,         // another major version
  type,            // none of Kind, or one of another protocol
  unknown_key,     // sealed with a key this node does not have: a stranger, or another secret_key
  bad_seal,        // the key id is ours, the seal is not
  malformed,       // sealed by a peer, and yet against the rules above
  foreign_sender,  // the tag in the header is not that of the name in the body
  own_datagram,    // our own name: reflected, or a second machine with it
  unknown_peer,    // a name that the configuration does not have
  unproven,        // from here on as in Verdict
  replayed,
  stale,
  superseded_instance,
};
inline constexpr std::size_t kRefusals = 14;
const char* name_of(Refusal refusal);
// Nothing for the verdicts that believe the datagram.
std::optional<Refusal> refusal_of(Verdict verdict);

// The addresses of the sender on the interfaces that carry virtual addresses: its peers add them as
// paths (E5).
using OwnAddresses = InlineVector<IpAddress, kMaxOwnAddresses>;

struct Heartbeat {
  Statement statement;
  Contact contact;
  OwnAddresses addresses;
  bool operator==(const Heartbeat&) const = default;
};

// "This instance ends; it held `epoch`." Sealed while it lives, sent by whoever sees it die. Its
// counter is one of the heartbeats' sequence, because the nonce must never repeat; the receiver
// does not look at it: Session::depart takes each instance's will once.
struct Will {
  NodeId sender;
  InstanceId instance;
  std::uint64_t counter = 0;
  Epoch epoch;
  bool operator==(const Will&) const = default;
};

using Datagram = std::variant<Heartbeat, Will>;

// What can be read before the seal is opened; not authenticated by then.
struct Header {
  Kind kind = Kind::heartbeat;
  KeyId key;
  NodeTag sender;
  InstanceId instance;
  std::uint64_t counter = 0;
};

// The key id is left zero: Sealer::seal fills it in.
void write_header(ByteWriter& out, const Header& header);

// Writes header (with key id zero: Sealer::seal fills it in) and body in clear; returns the size, 0
// when the room is too small. kMaxClear bytes are always enough.
std::size_t encode(const Datagram& datagram, MutableBytes room);

// The header of a datagram of at least kHeaderSize bytes. Refuses `truncated`, `version`, `type`.
std::expected<Header, Refusal> decode_header(Bytes bytes);

// Header and body in clear, without the seal. Refuses what decode_header refuses, `malformed` and
// `foreign_sender`. Allocates nothing.
std::expected<Datagram, Refusal> decode(Bytes clear);

}  // namespace flywall::heartbeat
