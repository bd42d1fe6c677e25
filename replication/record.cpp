#include "replication/record.hpp"

#include <sodium.h>

#include "base/check.hpp"

namespace flywall::replication {

namespace {

constexpr std::uint8_t kOrdinary = 1;
constexpr std::uint8_t kLast = 2;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

using Nonce = std::array<std::uint8_t, kNonceSize>;

Nonce nonce_of(std::uint64_t counter) {
  Nonce nonce{};
  ByteWriter(MutableBytes(nonce).subspan(kNonceSize - 8)).write(counter);
  return nonce;
}

SecretKey next_key(const SecretKey& key) { return derive_key(key, "flywall channel rekey"); }

}  // namespace

const char* name_of(RecordFault fault) {
  switch (fault) {
    case RecordFault::bad_head:
      return "bad_head";
    case RecordFault::bad_seal:
      return "bad_seal";
    case RecordFault::overused_key:
      return "overused_key";
  }
  return "unknown";
}

Bytes RecordSealer::seal(MutableBytes room, std::size_t clear_size, Time now) {
  FLYWALL_CHECK(clear_size > 0 && clear_size <= kMaxRecordClear &&
                room.size() >= kRecordHead + clear_size + kRecordSeal);
  bytes_ += clear_size;
  const bool last = bytes_ >= kRekeyBytes || now - begun_ >= kRekeyInterval;
  ByteWriter head(room);
  head.write(last ? kLast : kOrdinary);
  head.write(std::uint8_t{0});
  head.write(static_cast<std::uint16_t>(clear_size + kRecordSeal));
  std::uint8_t* body = room.data() + kRecordHead;
  crypto_aead_xchacha20poly1305_ietf_encrypt(body, nullptr, body, clear_size, room.data(),
                                             kRecordHead, nullptr, nonce_of(counter_++).data(),
                                             key_.data());
  if (last) *this = RecordSealer(next_key(key_), now);
  return room.first(kRecordHead + clear_size + kRecordSeal);
}

std::expected<std::size_t, RecordFault> RecordOpener::size_of(Bytes received) {
  if (received.size() < kRecordHead) return 0;
  ByteReader head(received);
  const auto kind = head.read<std::uint8_t>();
  const auto zero = head.read<std::uint8_t>();
  const std::size_t length = head.read<std::uint16_t>();
  if ((kind != kOrdinary && kind != kLast) || zero != 0 || length <= kRecordSeal ||
      length > kMaxRecordClear + kRecordSeal)
    return std::unexpected(RecordFault::bad_head);
  return kRecordHead + length;
}

std::expected<Bytes, RecordFault> RecordOpener::open(MutableBytes record) {
  const auto size = size_of(record);
  if (!size || *size != record.size()) return std::unexpected(RecordFault::bad_head);
  std::uint8_t* body = record.data() + kRecordHead;
  const std::size_t clear_size = record.size() - kRecordHead - kRecordSeal;
  bytes_ += clear_size;
  if (bytes_ > kMaxBytesPerKey || counter_ >= kMaxRecordsPerKey)
    return std::unexpected(RecordFault::overused_key);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          body, nullptr, nullptr, body, record.size() - kRecordHead, record.data(), kRecordHead,
          nonce_of(counter_++).data(), key_.data()) != 0)
    return std::unexpected(RecordFault::bad_seal);
  if (record[0] == kLast) *this = RecordOpener(next_key(key_));
  return Bytes(record).subspan(kRecordHead, clear_size);
}

}  // namespace flywall::replication
