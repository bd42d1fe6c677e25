// Who is at the other end of a connection, and the keys both ends use from then on.
//
// Three messages, as in Noise's NNpsk0 with BLAKE2b as key derivation and an explicit confirmation:
//
//     1  initiator -> responder   key id, ephemeral key, statement sealed under the secret
//     2  responder -> initiator   ephemeral key, statement sealed under secret and Diffie-Hellman
//     3  initiator -> responder   an empty seal under secret and Diffie-Hellman
//
// What follows from it (the argument is written out in docs/channel.md):
//  H1 *Mutual.* A node believes the other one only after a seal that needs the secret and this very
//     exchange: the initiator with message 2, the responder with message 3.
//  H2 *Forward secret.* Record keys need one of the two ephemeral X25519 keys, which nobody keeps.
//     Only message 1's statement (a name, a life) is readable for who gets the secret later.
//  H3 *Silent.* A stranger hears nothing: message 2 leaves only after message 1 opened. A recorded
//     message 1 gets one message 2, nothing more, and costs one Diffie-Hellman.
//  H4 *Fresh.* A recording opens no connection: record keys depend on both ephemeral keys.
//  H5 *No reflection.* Own node id at the other end, or own ephemeral key: refused.
//  H6 *Bounded.* All messages have one size. Before the seal of message 1 is judged, a stranger
//     gets one hash and one seal check for kHelloSize bytes, and no answer.
//  H7 *Rotating.* The initiator names the key by its id; the responder finds it among those it
//     accepts.
//
// Offsets, messages 1 and 2 (kHelloSize):
//     0    1  message: 1 or 2 (bytes 0 to 39 are in clear, and part of the transcript)
//     1    1  protocol major: 1
//     2    2  zero
//     4    4  key id
//     8   32  ephemeral X25519 key
//    40  216  statement, sealed
//   256   16  seal
// Statement (216):
//     0    1  protocol minor
//     1    3  zero
//     4    4  features
//     8    8  instance
//    16    8  tag of the node it speaks to, zero when not known (message 1)
//    24    1  length of the node id, 1..63
//    25   63  node id, zero after its length
//    88  128  zero: room for later minors, ignored
// Message 3 (kConfirmSize): the seal of nothing.
//
// Pure: bytes in, bytes out; the ephemeral key pair is drawn by the caller. Knows no socket, clock
// or peer list.
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/key.hpp"
#include "replication/limits.hpp"

namespace flywall::replication {

inline constexpr std::uint8_t kMajor = 1;
inline constexpr std::uint8_t kMinor = 0;

enum class Refusal : std::uint8_t {
  not_ours = 1,   // no message of this protocol, or of another major version
  unknown_key,    // its key id is none of ours: another secret, or another cluster id
  bad_seal,       // not made with the secret it names, or changed on the way
  bad_statement,  // authentic, and still nonsense
  own_node,       // the other end is this node, or calls itself so
  other_node,     // authentic, but not whom we called, or it called somebody else
  weak_key,       // an ephemeral key that makes no secret
};
const char* name_of(Refusal refusal);  // "unknown_key"

using PublicKey = std::array<std::uint8_t, 32>;

// The key of this protocol, from the one of the cluster.
SecretKey channel_key(const SecretKey& cluster_key);

// What a node says about itself.
struct Introduction {
  NodeId node;
  InstanceId instance;
  std::uint8_t minor = kMinor;
  std::uint32_t features = 0;
  bool operator==(const Introduction&) const = default;
};

// The keys of both directions and what both ends can do.
struct Agreement {
  Introduction peer;
  std::uint8_t minor = 0;      // the smaller one
  std::uint32_t features = 0;  // those of both
  KeyId key;                   // the secret it was made with
  SecretKey sending;
  SecretKey receiving;
};

using Keys = InlineVector<SecretKey, kMaxChannelKeys>;  // from channel_key(); at least one
using Hello = std::array<std::uint8_t, kHelloSize>;
using Confirm = std::array<std::uint8_t, kConfirmSize>;
using Transcript = std::array<std::uint8_t, 32>;

// Common to both ends, given by the caller.
struct Party {
  Introduction self;
  std::string cluster_id;
  SecretKey ephemeral;  // 32 random bytes, used for one handshake only
};

class Initiator {
 public:
  // `key`: the secret to speak under. `expected`: whom we call, when known.
  Initiator(Party party, const SecretKey& key, std::optional<NodeId> expected);

  Hello hello() const { return hello_; }
  // Message 2. Afterwards confirm() is to be sent, and the peer is believed.
  std::expected<Agreement, Refusal> receive(std::span<const std::uint8_t, kHelloSize> answer);
  Confirm confirm() const { return confirm_; }

 private:
  Party party_;
  SecretKey key_;
  std::optional<NodeId> expected_;
  Hello hello_{};
  Transcript transcript_{};
  Confirm confirm_{};
};

class Responder {
 public:
  Responder(Party party, Keys accepted);

  // Message 1. Afterwards hello() is to be sent; the peer is not believed yet.
  std::expected<void, Refusal> receive(std::span<const std::uint8_t, kHelloSize> hello);
  Hello hello() const { return hello_; }
  // Message 3.
  std::expected<Agreement, Refusal> confirmed(std::span<const std::uint8_t, kConfirmSize> confirm);

 private:
  Party party_;
  Keys accepted_;
  Hello hello_{};
  Transcript transcript_{};
  SecretKey confirm_key_;
  Agreement agreement_;
};

}  // namespace flywall::replication
