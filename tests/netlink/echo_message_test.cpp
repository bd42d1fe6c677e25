#include "netlink/echo_message.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace flywall::netlink {
namespace {

constexpr Echo kEcho{0x1234, 7, 0x0102030405060708};

TEST(EchoMessage, ARequestIsGoldenWithItsChecksum) {
  const EchoMessage expected{8, 0, 0xd5, 0xb0, 0x12, 0x34, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(echo_request(Family::ipv4, kEcho), expected);
}

TEST(EchoMessage, ARequestOfIcmp6LeavesTheChecksumToTheKernel) {
  const EchoMessage expected{128, 0, 0, 0, 0x12, 0x34, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(echo_request(Family::ipv6, kEcho), expected);
}

TEST(EchoMessage, OnlyAReplyOfItsFamilyIsRead) {
  EchoMessage message = echo_request(Family::ipv4, kEcho);
  EXPECT_FALSE(parse_echo_reply(Family::ipv4, message));
  message[0] = 0;
  EXPECT_EQ(parse_echo_reply(Family::ipv4, message), kEcho);
  EXPECT_FALSE(parse_echo_reply(Family::ipv6, message));
  message[0] = 129;
  EXPECT_EQ(parse_echo_reply(Family::ipv6, message), kEcho);
  message[1] = 1;
  EXPECT_FALSE(parse_echo_reply(Family::ipv6, message));
}

TEST(EchoMessage, ATruncatedReplyIsRefusedAndALongerOneRead) {
  EchoMessage message = echo_request(Family::ipv4, kEcho);
  message[0] = 0;
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(parse_echo_reply(Family::ipv4, Bytes(message).first(size))) << size;
  std::vector<std::uint8_t> padded(message.begin(), message.end());
  padded.resize(40);
  EXPECT_EQ(parse_echo_reply(Family::ipv4, padded), kEcho);
}

}  // namespace
}  // namespace flywall::netlink
