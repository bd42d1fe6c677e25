// Key material: from the shared secret of the configuration to the keys in use.
//
// secret_key --Argon2id(salt = BLAKE2b(cluster id))--> ClusterKey --BLAKE2b keyed, one label per
// use--> SealKey
//
// A short secret captured in one datagram could otherwise be guessed off-line at the speed of a
// hash; the cluster id enters every key, so two clusters with one secret do not understand each
// other. Keys are wiped when they go. Knows libsodium; knows no file, no datagram, no peer.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"

namespace flywall {

// 32 secret bytes, wiped at the end of their life, never printed.
class SecretKey {
 public:
  static constexpr std::size_t kSize = 32;
  using Array = std::array<std::uint8_t, kSize>;

  SecretKey() = default;
  explicit SecretKey(const Array& bytes) : bytes_(bytes) {}
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  const std::uint8_t* data() const { return bytes_.data(); }
  std::uint8_t* data() { return bytes_.data(); }
  const Array& bytes() const { return bytes_; }

 private:
  Array bytes_{};
};

// Names a key on the wire without betraying it: 4 bytes of BLAKE2b of the key.
struct KeyId {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const KeyId&) const = default;
};

// Argon2id, 64 MiB, 3 passes: about 0.15 s and 64 MiB for that moment. `secret` is any non-empty
// text. Error: unavailable when there is no memory for it.
Result<SecretKey> cluster_key(std::string_view secret, std::string_view cluster_id);

// An independent key for one use, e.g. "flywall heartbeat 1". Deterministic, fast.
SecretKey derive_key(const SecretKey& parent, std::string_view label);

KeyId key_id(const SecretKey& key);
NodeTag node_tag(const NodeId& node);

// BLAKE2b cut to 64 bits, for digests that find accidental differences (not for authentication).
std::uint64_t digest64(Bytes bytes);

}  // namespace flywall
