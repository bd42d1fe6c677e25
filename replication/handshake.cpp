#include "replication/handshake.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/check.hpp"

namespace flywall::replication {

namespace {

constexpr std::size_t kClearSize = 40;
constexpr std::size_t kKeyIdOffset = 4;
constexpr std::size_t kEphemeralOffset = 8;
constexpr std::size_t kStatementSize = 216;
constexpr std::string_view kProtocol = "flywall channel handshake 1";

static_assert(kClearSize + kStatementSize + kRecordSeal == kHelloSize);
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == kRecordSeal);
static_assert(crypto_scalarmult_BYTES == SecretKey::kSize);

using Statement = std::array<std::uint8_t, kStatementSize>;
constexpr std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> kOneMessage{};

// BLAKE2b-256 of the former transcript and what was said since.
Transcript extend(const Transcript& transcript, Bytes said) {
  Transcript result{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, result.size());
  crypto_generichash_update(&state, transcript.data(), transcript.size());
  crypto_generichash_update(&state, said.data(), said.size());
  crypto_generichash_final(&state, result.data(), result.size());
  return result;
}

Transcript opening(const std::string& cluster_id) {
  Transcript protocol{};
  crypto_generichash(protocol.data(), protocol.size(), as_bytes(kProtocol).data(), kProtocol.size(),
                     nullptr, 0);
  return extend(protocol, as_bytes(cluster_id));
}

SecretKey keyed(const SecretKey& key, const Transcript& transcript, Bytes more) {
  SecretKey result;
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), SecretKey::kSize, SecretKey::kSize);
  crypto_generichash_update(&state, transcript.data(), transcript.size());
  crypto_generichash_update(&state, more.data(), more.size());
  crypto_generichash_final(&state, result.data(), SecretKey::kSize);
  sodium_memzero(&state, sizeof state);
  return result;
}

// The secret of both ephemeral keys and of the cluster. Nothing when the other key is weak.
std::optional<SecretKey> mix(const SecretKey& secret, const Transcript& transcript,
                             const SecretKey& own, Bytes theirs) {
  SecretKey shared;
  if (crypto_scalarmult(shared.data(), own.data(), theirs.data()) != 0) return std::nullopt;
  return keyed(secret, transcript, shared.bytes());
}

void seal(const SecretKey& key, const Transcript& transcript, Bytes clear, std::uint8_t* out) {
  crypto_aead_xchacha20poly1305_ietf_encrypt(out, nullptr, clear.data(), clear.size(),
                                             transcript.data(), transcript.size(), nullptr,
                                             kOneMessage.data(), key.data());
}

bool open(const SecretKey& key, const Transcript& transcript, Bytes sealed, std::uint8_t* out) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt(
             out, nullptr, nullptr, sealed.data(), sealed.size(), transcript.data(),
             transcript.size(), kOneMessage.data(), key.data()) == 0;
}

struct Said {
  Introduction who;
  NodeTag called;
};

Statement encode(const Introduction& self, NodeTag called) {
  FLYWALL_CHECK(!self.node.empty());
  Statement statement{};
  ByteWriter out(statement);
  out.write(self.minor);
  out.claim(3);
  out.write(self.features);
  out.write(self.instance.value);
  out.write(called.value);
  out.write(static_cast<std::uint8_t>(self.node.view().size()));
  out.write_text(self.node.view());
  return statement;
}

std::optional<Said> decode(const Statement& statement) {
  ByteReader in(statement);
  Said said;
  said.who.minor = in.read<std::uint8_t>();
  in.take(3);
  said.who.features = in.read<std::uint32_t>();
  said.who.instance.value = in.read<std::uint64_t>();
  said.called.value = in.read<std::uint64_t>();
  const std::size_t length = in.read<std::uint8_t>();
  if (length == 0 || length > NodeId::kMaxLength) return std::nullopt;
  said.who.node = NodeId(in.take_text(length));
  return said;
}

// Everything of a hello in front of its statement.
void begin(Hello& hello, std::uint8_t number, KeyId key, const SecretKey& ephemeral) {
  ByteWriter out(hello);
  out.write(number);
  out.write(kMajor);
  out.write(std::uint16_t{0});
  out.write(key.value);
  FLYWALL_CHECK(crypto_scalarmult_base(out.claim(32).data(), ephemeral.data()) == 0);
}

Bytes clear_part(Bytes hello) { return hello.first(kClearSize); }
Bytes sealed_part(Bytes hello) { return hello.subspan(kClearSize); }
Bytes ephemeral_in(Bytes hello) { return hello.subspan(kEphemeralOffset, 32); }
KeyId key_in(Bytes hello) {
  return {ByteReader(hello.subspan(kKeyIdOffset)).read<std::uint32_t>()};
}

bool is_ours(Bytes hello, std::uint8_t number) {
  return hello[0] == number && hello[1] == kMajor && hello[2] == 0 && hello[3] == 0;
}

Agreement agree(const Introduction& self, const Introduction& peer, KeyId key) {
  return {.peer = peer,
          .minor = std::min(self.minor, peer.minor),
          .features = self.features & peer.features,
          .key = key,
          .sending = {},
          .receiving = {}};
}

}  // namespace

SecretKey channel_key(const SecretKey& cluster_key) {
  return derive_key(cluster_key, "flywall channel 1");
}

const char* name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_ours:
      return "not_ours";
    case Refusal::unknown_key:
      return "unknown_key";
    case Refusal::bad_seal:
      return "bad_seal";
    case Refusal::bad_statement:
      return "bad_statement";
    case Refusal::own_node:
      return "own_node";
    case Refusal::other_node:
      return "other_node";
    case Refusal::weak_key:
      return "weak_key";
  }
  return "unknown";
}

Initiator::Initiator(Party party, const SecretKey& key, std::optional<NodeId> expected)
    : party_(std::move(party)), key_(key), expected_(std::move(expected)) {
  begin(hello_, 1, key_id(key_), party_.ephemeral);
  transcript_ = extend(opening(party_.cluster_id), clear_part(hello_));
  const NodeTag called = expected_ ? node_tag(*expected_) : NodeTag{};
  const SecretKey sealing = keyed(key_, transcript_, as_bytes("hello"));
  seal(sealing, transcript_, encode(party_.self, called), hello_.data() + kClearSize);
  transcript_ = extend(transcript_, sealed_part(hello_));
}

std::expected<Agreement, Refusal> Initiator::receive(
    std::span<const std::uint8_t, kHelloSize> answer) {
  if (!is_ours(answer, 2)) return std::unexpected(Refusal::not_ours);
  if (key_in(answer) != key_id(key_)) return std::unexpected(Refusal::unknown_key);
  if (std::ranges::equal(ephemeral_in(answer), ephemeral_in(hello_)))
    return std::unexpected(Refusal::own_node);
  Transcript transcript = extend(transcript_, clear_part(answer));
  const auto chain = mix(key_, transcript, party_.ephemeral, ephemeral_in(answer));
  if (!chain) return std::unexpected(Refusal::weak_key);
  Statement statement{};
  if (!open(derive_key(*chain, "answer"), transcript, sealed_part(answer), statement.data()))
    return std::unexpected(Refusal::bad_seal);
  transcript = extend(transcript, sealed_part(answer));
  const auto said = decode(statement);
  if (!said) return std::unexpected(Refusal::bad_statement);
  if (said->who.node == party_.self.node) return std::unexpected(Refusal::own_node);
  if (said->called != node_tag(party_.self.node) || (expected_ && said->who.node != *expected_))
    return std::unexpected(Refusal::other_node);
  seal(derive_key(*chain, "confirm"), transcript, {}, confirm_.data());
  Agreement agreement = agree(party_.self, said->who, key_id(key_));
  agreement.sending = keyed(*chain, transcript, as_bytes("initiator to responder"));
  agreement.receiving = keyed(*chain, transcript, as_bytes("responder to initiator"));
  return agreement;
}

Responder::Responder(Party party, Keys accepted)
    : party_(std::move(party)), accepted_(std::move(accepted)) {}

std::expected<void, Refusal> Responder::receive(std::span<const std::uint8_t, kHelloSize> hello) {
  if (!is_ours(hello, 1)) return std::unexpected(Refusal::not_ours);
  const auto* key = std::ranges::find(accepted_, key_in(hello), key_id);
  if (key == accepted_.end()) return std::unexpected(Refusal::unknown_key);
  Transcript transcript = extend(opening(party_.cluster_id), clear_part(hello));
  Statement statement{};
  if (!open(keyed(*key, transcript, as_bytes("hello")), transcript, sealed_part(hello),
            statement.data()))
    return std::unexpected(Refusal::bad_seal);
  transcript = extend(transcript, sealed_part(hello));
  const auto said = decode(statement);
  if (!said) return std::unexpected(Refusal::bad_statement);
  if (said->who.node == party_.self.node) return std::unexpected(Refusal::own_node);
  if (said->called != NodeTag{} && said->called != node_tag(party_.self.node))
    return std::unexpected(Refusal::other_node);

  begin(hello_, 2, key_id(*key), party_.ephemeral);
  transcript = extend(transcript, clear_part(hello_));
  const auto chain = mix(*key, transcript, party_.ephemeral, ephemeral_in(hello));
  if (!chain) return std::unexpected(Refusal::weak_key);
  seal(derive_key(*chain, "answer"), transcript, encode(party_.self, node_tag(said->who.node)),
       hello_.data() + kClearSize);
  transcript_ = extend(transcript, sealed_part(hello_));
  confirm_key_ = derive_key(*chain, "confirm");
  agreement_ = agree(party_.self, said->who, key_id(*key));
  agreement_.sending = keyed(*chain, transcript_, as_bytes("responder to initiator"));
  agreement_.receiving = keyed(*chain, transcript_, as_bytes("initiator to responder"));
  return {};
}

std::expected<Agreement, Refusal> Responder::confirmed(
    std::span<const std::uint8_t, kConfirmSize> confirm) {
  std::array<std::uint8_t, 1> nothing{};
  if (!open(confirm_key_, transcript_, confirm, nothing.data()))
    return std::unexpected(Refusal::bad_seal);
  return agreement_;
}

}  // namespace flywall::replication
