#include "heartbeat/seal.hpp"

#include <sodium.h>

#include "base/check.hpp"

namespace flywall::heartbeat {

namespace {

constexpr std::size_t kKeyIdOffset = 4;
constexpr std::size_t kNonceOffset = 8;

static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == kSealSize);
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SecretKey::kSize);
static_assert(kNonceOffset + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == kHeaderSize);

}  // namespace

SecretKey heartbeat_key(const SecretKey& cluster_key) {
  return derive_key(cluster_key, "flywall heartbeat 1");
}

Sealer::Sealer(const SecretKey& current, const SecretKey* previous) {
  FLYWALL_CHECK(sodium_init() >= 0);
  keys_.push_back({key_id(current), current});
  if (previous != nullptr) keys_.push_back({key_id(*previous), *previous});
}

Bytes Sealer::seal(MutableBytes room, std::size_t clear_size) const {
  FLYWALL_CHECK(clear_size >= kHeaderSize && clear_size <= kMaxClear &&
                room.size() >= clear_size + kSealSize);
  const Named& named = keys_[0];
  ByteWriter(room.subspan(kKeyIdOffset)).write(named.id.value);
  std::uint8_t* body = room.data() + kHeaderSize;
  crypto_aead_xchacha20poly1305_ietf_encrypt(body, nullptr, body, clear_size - kHeaderSize,
                                             room.data(), kHeaderSize, nullptr,
                                             room.data() + kNonceOffset, named.key.data());
  return room.first(clear_size + kSealSize);
}

std::expected<Bytes, Refusal> Sealer::open(MutableBytes sealed) const {
  if (sealed.size() < kMinDatagram) return std::unexpected(Refusal::truncated);
  if (sealed.size() > kMaxDatagram) return std::unexpected(Refusal::oversized);
  const auto header = decode_header(sealed);
  if (!header) return std::unexpected(header.error());
  const SecretKey* key = find(header->key);
  if (key == nullptr) return std::unexpected(Refusal::unknown_key);
  std::uint8_t* body = sealed.data() + kHeaderSize;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          body, nullptr, nullptr, body, sealed.size() - kHeaderSize, sealed.data(), kHeaderSize,
          sealed.data() + kNonceOffset, key->data()) != 0)
    return std::unexpected(Refusal::bad_seal);
  return sealed.first(sealed.size() - kSealSize);
}

const SecretKey* Sealer::find(KeyId id) const {
  for (const Named& named : keys_)
    if (named.id == id) return &named.key;
  return nullptr;
}

}  // namespace flywall::heartbeat
