#include "base/key.hpp"

#include <sodium.h>

#include "base/check.hpp"

namespace flywall {

namespace {

constexpr unsigned long long kArgonPasses = 3;
constexpr std::size_t kArgonMemory = 64U << 20;

std::uint64_t load64(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = (value << 8) | bytes[i];
  return value;
}

}  // namespace

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

Result<SecretKey> cluster_key(std::string_view secret, std::string_view cluster_id) {
  FLYWALL_CHECK(sodium_init() >= 0);
  std::array<std::uint8_t, crypto_pwhash_SALTBYTES> salt{};
  const Bytes id = as_bytes(cluster_id);
  crypto_generichash(salt.data(), salt.size(), id.data(), id.size(), nullptr, 0);
  SecretKey key;
  if (crypto_pwhash(key.data(), SecretKey::kSize, secret.data(), secret.size(), salt.data(),
                    kArgonPasses, kArgonMemory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(
        ErrorKind::unavailable,
        "cannot derive the cluster key from secret_key: 64 MiB of memory are needed for a moment");
  }
  return key;
}

SecretKey derive_key(const SecretKey& parent, std::string_view label) {
  SecretKey key;
  const Bytes text = as_bytes(label);
  crypto_generichash(key.data(), SecretKey::kSize, text.data(), text.size(), parent.data(),
                     SecretKey::kSize);
  return key;
}

KeyId key_id(const SecretKey& key) {
  const SecretKey digest = derive_key(key, "flywall key id");
  return KeyId{static_cast<std::uint32_t>(load64(digest.data()) >> 32)};
}

NodeTag node_tag(const NodeId& node) { return NodeTag{digest64(as_bytes(node.view()))}; }

std::uint64_t digest64(Bytes bytes) {
  std::array<std::uint8_t, crypto_generichash_BYTES_MIN> digest{};
  crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), nullptr, 0);
  return load64(digest.data());
}

}  // namespace flywall
