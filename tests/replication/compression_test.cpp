#include "replication/compression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/replication/sample.hpp"

namespace flywall::replication {
namespace {

using Room = std::array<std::uint8_t, kMaxPacked>;

Buffer noise(std::size_t size, std::uint32_t seed) {
  std::mt19937 chance(seed);
  Buffer bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(chance());
  return bytes;
}

std::size_t packed_size(Packer& packer, Bytes message) {
  Room room;
  return packer.pack(message, room);
}

TEST(Compression, WhatIsPackedComesBack) {
  Packer packer;
  Unpacker unpacker;
  std::mt19937 chance(1);
  for (int i = 0; i < 300; ++i) {
    const std::size_t size = 1 + chance() % kMaxMessage;
    const Buffer message = i % 3 == 0 ? noise(size, i) : Buffer(size, static_cast<std::uint8_t>(i));
    Room room, back;
    const std::size_t packed = packer.pack(message, room);
    const auto unpacked = unpacker.unpack(Bytes(room).first(packed), back);
    ASSERT_EQ(unpacked, size);
    EXPECT_TRUE(std::equal(message.begin(), message.end(), back.begin()));
  }
}

TEST(Compression, NoiseOfFullSizeFitsTheRoom) {
  Packer packer;
  EXPECT_LE(packed_size(packer, noise(kMaxMessage, 7)), kMaxPacked);
}

TEST(Compression, AMessageLooksBackAtTheOnesBefore) {
  Packer packer;
  const Buffer message = noise(1000, 3);
  EXPECT_GT(packed_size(packer, message), 900u);
  EXPECT_LT(packed_size(packer, message), 60u);
}

TEST(Compression, StreamsDoNotSeeEachOther) {
  Packer secret, chosen;
  const Buffer message = noise(1000, 3);
  packed_size(secret, message);
  EXPECT_GT(packed_size(chosen, message), 900u);
}

TEST(Compression, WhatIsTooLargeIsRefusedBeforeItIsWritten) {
  Packer packer;
  Room packed;
  const Buffer zeros(kMaxMessage, 0);
  const std::size_t size = packer.pack(zeros, packed);
  Unpacker exact, tight;
  Buffer room(kMaxMessage);
  EXPECT_EQ(exact.unpack(Bytes(packed).first(size), room), kMaxMessage);
  EXPECT_FALSE(tight.unpack(Bytes(packed).first(size), MutableBytes(room).first(kMaxMessage - 1)));
}

TEST(Compression, GarbageIsRefused) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Unpacker unpacker;
    Room room;
    EXPECT_FALSE(unpacker.unpack(noise(100, seed), room)) << seed;
  }
}

TEST(Compression, AContextHasABoundOfMemory) {
  Packer packer;
  Unpacker unpacker;
  Room room, back;
  for (std::uint32_t i = 0; i < 64; ++i) {
    const std::size_t size = packer.pack(noise(kMaxMessage, i), room);
    ASSERT_TRUE(unpacker.unpack(Bytes(room).first(size), back));
  }
  EXPECT_LT(packer.memory(), 1u << 20);
  EXPECT_LT(unpacker.memory(), 640u << 10);
}

}  // namespace
}  // namespace flywall::replication
