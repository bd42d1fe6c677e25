#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flywall {
namespace {

TEST(Bytes, AreWrittenInNetworkOrderAndReadBack) {
  std::array<std::uint8_t, 32> room{};
  ByteWriter out(room);
  out.write(std::uint8_t{0x01});
  out.write(std::uint16_t{0x0203});
  out.write(std::uint32_t{0x04050607});
  out.write(std::uint64_t{0x08090a0b0c0d0e0f});
  out.write_text("hi");
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out.size(), 17U);
  for (std::uint8_t i = 0; i < 15; ++i) EXPECT_EQ(room[i], i + 1);

  ByteReader in(out.written());
  EXPECT_EQ(in.read<std::uint8_t>(), 0x01);
  EXPECT_EQ(in.read<std::uint16_t>(), 0x0203);
  EXPECT_EQ(in.read<std::uint32_t>(), 0x04050607U);
  EXPECT_EQ(in.read<std::uint64_t>(), 0x08090a0b0c0d0e0fU);
  EXPECT_EQ(in.take_text(2), "hi");
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(Bytes, AReaderStopsAtTheFirstThingThatDoesNotFitAndStaysStopped) {
  const std::array<std::uint8_t, 3> three{1, 2, 3};
  ByteReader in(three);
  EXPECT_EQ(in.read<std::uint32_t>(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_TRUE(in.take(1).empty());
  EXPECT_EQ(in.read<std::uint8_t>(), 0);
}

TEST(Bytes, AWriterNeverWritesBehindItsRoom) {
  std::array<std::uint8_t, 4> room{9, 9, 9, 9};
  ByteWriter out(MutableBytes(room).first(3));
  out.write(std::uint16_t{0x0102});
  out.write(std::uint16_t{0x0304});
  out.write(std::uint8_t{5});
  EXPECT_FALSE(out.ok());
  EXPECT_EQ(out.size(), 2U);
  EXPECT_EQ(room[2], 9);
  EXPECT_EQ(room[3], 9);
}

}  // namespace
}  // namespace flywall
