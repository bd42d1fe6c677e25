// Opens and closes datagrams: XChaCha20-Poly1305 under keys that the whole cluster shares.
//
// The nonce is the last 24 bytes of the header (sender tag, instance, counter) and the whole header
// is additional data, so nothing of a datagram can be changed, and none needs a random number. It
// is unique because an instance is 64 random bits and never uses a counter twice under one key.
//
// Keys rotate without a break: one seals, up to kMaxOpeningKeys open, found by their id on the
// wire. The size is judged before anything else is looked at, the seal before the body is.
// Everything happens in the caller's buffer; nothing is allocated; a refused datagram's body is
// destroyed.
//
// Knows keys and bytes. Knows no peer, no field of a body, no file, no clock.
#pragma once

#include <expected>

#include "base/bytes.hpp"
#include "base/inline_vector.hpp"
#include "base/key.hpp"
#include "heartbeat/datagram.hpp"

namespace flywall::heartbeat {

inline constexpr std::size_t kMaxOpeningKeys = 2;

// The key of this protocol, from the one of the cluster.
SecretKey heartbeat_key(const SecretKey& cluster_key);

class Sealer {
 public:
  // Seals and opens with `current`, and opens with `previous` too. Both from heartbeat_key().
  explicit Sealer(const SecretKey& current, const SecretKey* previous = nullptr);

  // `room` starts with `clear_size` bytes made by `encode` and has kSealSize more. Returns what
  // goes to the network.
  Bytes seal(MutableBytes room, std::size_t clear_size) const;

  // The datagram in clear (header and body, without the seal), inside `sealed`. Refuses
  // `truncated`, `oversized`, `version`, `type`, `unknown_key`, `bad_seal`.
  std::expected<Bytes, Refusal> open(MutableBytes sealed) const;

 private:
  struct Named {
    KeyId id;
    SecretKey key;
  };
  const SecretKey* find(KeyId id) const;

  InlineVector<Named, kMaxOpeningKeys> keys_;  // the first one seals
};

}  // namespace flywall::heartbeat
