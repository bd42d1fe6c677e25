#include "heartbeat/seal.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "tests/heartbeat/sample.hpp"

namespace flywall::heartbeat {
namespace {

using sample::Buffer;

// Made by another implementation (HChaCha20 written out in Python, then OpenSSL).
constexpr std::string_view kSealedHeartbeat =
    "01010000eaeea235da85e7f8822f76a0"
    "112233445566778800000000000003e8"
    "3396fb995a7bb38ef3d952fbc352f552"
    "702cdf850dac57422e84a2f8bd286fb3"
    "da5e398bea5300037aa0099b5fcb0351"
    "1ed9d29d6a4bf6804ef22c1514a98f2e"
    "08c874035f241e3929d2fcc38ff2c261"
    "b7507160570aaff9648d5b3053dcf2cc"
    "3b262ffd049145b402d889487d4c0844"
    "804d6e67ff5f3e0453f628dfa29e848a"
    "7e692ae4eaf39121ce09084cbc14";
constexpr std::string_view kSealedWill =
    "01020000eaeea235da85e7f8822f76a0"
    "112233445566778800000000000003e9"
    "1337c67343d408bb641361e5906f4c33"
    "77e7ef1d97d235a1769b54df8ee5";

SecretKey key() { return heartbeat_key(sample::cluster_key()); }
SecretKey other_key() { return derive_key(sample::cluster_key(), "another secret"); }

Buffer sealed(const Sealer& sealer, const Datagram& datagram) {
  Buffer room(kMaxDatagram);
  const Bytes bytes = sealer.seal(room, encode(datagram, room));
  return {bytes.begin(), bytes.end()};
}

std::expected<Datagram, Refusal> opened(const Sealer& sealer, Buffer bytes) {
  const auto clear = sealer.open(bytes);
  if (!clear) return std::unexpected(clear.error());
  return decode(*clear);
}

TEST(Seal, TheWorkedExampleHasTheDocumentedBytes) {
  const Sealer sealer(key());
  EXPECT_EQ(sample::to_hex(sealed(sealer, sample::heartbeat())), kSealedHeartbeat);
  EXPECT_EQ(sample::to_hex(sealed(sealer, sample::will())), kSealedWill);
  EXPECT_EQ(opened(sealer, sample::from_hex(kSealedHeartbeat)), Datagram(sample::heartbeat()));
  EXPECT_EQ(opened(sealer, sample::from_hex(kSealedWill)), Datagram(sample::will()));
}

TEST(Seal, TheDocumentShowsTheSameBytes) {
  std::ifstream file(FLYWALL_SOURCE_DIR "/docs/protocol.md");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::erase_if(text, [](char letter) { return letter == ' ' || letter == '\n'; });
  EXPECT_NE(text.find(kSealedHeartbeat), std::string::npos);
  EXPECT_NE(text.find(kSealedWill), std::string::npos);
}

TEST(Seal, EveryTruncationAndEveryFlippedBitIsRefused) {
  const Sealer sealer(key());
  for (std::string_view text : {kSealedHeartbeat, kSealedWill}) {
    const Buffer whole = sample::from_hex(text);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto result = opened(sealer, Buffer(whole.begin(), whole.begin() + size));
      ASSERT_FALSE(result) << size;
      EXPECT_EQ(result.error(), size < kMinDatagram ? Refusal::truncated : Refusal::bad_seal);
    }
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      Buffer flipped = whole;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
      EXPECT_FALSE(opened(sealer, flipped)) << "bit " << bit;
    }
    Buffer longer = whole;
    longer.push_back(0);
    EXPECT_EQ(opened(sealer, longer).error(), Refusal::bad_seal);
  }
}

TEST(Seal, TheSizeIsJudgedBeforeAnythingElse) {
  const Sealer sealer(key());
  EXPECT_EQ(opened(sealer, {}).error(), Refusal::truncated);
  EXPECT_EQ(opened(sealer, Buffer(kMinDatagram - 1, 0xff)).error(), Refusal::truncated);
  EXPECT_EQ(opened(sealer, Buffer(kMinDatagram, 0xff)).error(), Refusal::version);
  EXPECT_EQ(opened(sealer, Buffer(kMaxDatagram, 0xff)).error(), Refusal::version);
  EXPECT_EQ(opened(sealer, Buffer(kMaxDatagram + 1, 0xff)).error(), Refusal::oversized);
}

TEST(Seal, AStrangersKeyIsUnknownAndAWrongKeyUnderOurIdIsABadSeal) {
  const Buffer foreign = sealed(Sealer(other_key()), sample::heartbeat());
  EXPECT_EQ(opened(Sealer(key()), foreign).error(), Refusal::unknown_key);
  Buffer disguised = foreign;
  const Buffer ours = sealed(Sealer(key()), sample::heartbeat());
  std::copy_n(ours.begin() + 4, 4, disguised.begin() + 4);
  EXPECT_EQ(opened(Sealer(key()), disguised).error(), Refusal::bad_seal);
}

TEST(Seal, BothKeysOpenDuringARotationAndTheNewOneSeals) {
  const SecretKey old_key = other_key();
  const Sealer before(old_key);
  const Sealer during(key(), &old_key);
  const Sealer after(key());
  const Datagram heartbeat = sample::heartbeat();
  EXPECT_EQ(opened(during, sealed(before, heartbeat)), heartbeat);
  EXPECT_EQ(opened(after, sealed(during, heartbeat)), heartbeat);
  EXPECT_EQ(opened(before, sealed(during, heartbeat)).error(), Refusal::unknown_key);
  EXPECT_EQ(opened(after, sealed(before, heartbeat)).error(), Refusal::unknown_key);
}

TEST(Seal, ARefusedBodyIsDestroyedAndNothingOfItIsSeen) {
  const Sealer sealer(key());
  Buffer bytes = sealed(sealer, sample::heartbeat());
  bytes.back() ^= 1;
  EXPECT_FALSE(sealer.open(bytes));
  EXPECT_EQ(sample::to_hex(bytes).find("667731"), std::string::npos);
}

TEST(Seal, GarbageIsNeverBelieved) {
  const Sealer sealer(key());
  const Buffer whole = sample::from_hex(kSealedHeartbeat);
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    Buffer garbage(random() % (kMaxDatagram + 10));
    for (std::uint8_t& byte : garbage) byte = static_cast<std::uint8_t>(random());
    const std::size_t kept = std::min({garbage.size(), kHeaderSize, std::size_t(random() % 40)});
    std::copy_n(whole.begin(), kept, garbage.begin());
    EXPECT_FALSE(sealer.open(garbage));
  }
}

}  // namespace
}  // namespace flywall::heartbeat
