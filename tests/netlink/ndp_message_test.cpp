#include "netlink/ndp_message.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flywall::netlink {
namespace {

const MacAddress kMac = MacAddress::parse("02:00:00:00:00:01").value();
const IpAddress kGlobal = IpAddress::parse("fd77::1:100").value();
const IpAddress kLinkLocal = IpAddress::parse("fe80::ff").value();

std::string hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// The sums come from another program than the one under test.
TEST(NdpMessage, AnUnsolicitedAdvertisementIsGoldenForAGlobalAddressOfARouter) {
  EXPECT_EQ(hex(unsolicited_advertisement(kMac, kGlobal, true)),
            "333300000001"
            "020000000001"
            "86dd"
            "600000000020"
            "3aff"
            "fd770000000000000000000000010100"
            "ff020000000000000000000000000001"
            "8800d7ac"
            "a0000000"
            "fd770000000000000000000000010100"
            "0201020000000001");
}

TEST(NdpMessage, AnUnsolicitedAdvertisementIsGoldenForALinkLocalAddressOfAHost) {
  EXPECT_EQ(hex(unsolicited_advertisement(kMac, kLinkLocal, false)),
            "333300000001"
            "020000000001"
            "86dd"
            "600000000020"
            "3aff"
            "fe8000000000000000000000000000ff"
            "ff020000000000000000000000000001"
            "8800559f"
            "20000000"
            "fe8000000000000000000000000000ff"
            "0201020000000001");
}

TEST(NdpMessage, TheQuestionForADuplicateNamesNobodyAsItsSource) {
  EXPECT_EQ(hex(duplicate_question(kMac, kGlobal)),
            "3333ff010100"
            "020000000001"
            "86dd"
            "600000000018"
            "3aff"
            "00000000000000000000000000000000"
            "ff0200000000000000000001ff010100"
            "87007b2e"
            "00000000"
            "fd770000000000000000000000010100");
}

TEST(NdpMessage, WhatIsWrittenIsRead) {
  const auto frame = unsolicited_advertisement(kMac, kGlobal, true);
  const Advertisement expected{kGlobal, true, false, true, kMac};
  EXPECT_EQ(parse_advertisement(Bytes(frame).subspan(54)), expected);
}

TEST(NdpMessage, TheChecksumOfACompleteMessageSumsToNothing) {
  const auto frame = unsolicited_advertisement(kMac, kGlobal, true);
  const IpAddress all_nodes = IpAddress::parse("ff02::1").value();
  EXPECT_EQ(icmp6_checksum(kGlobal, all_nodes, Bytes(frame).subspan(54)), 0);
}

TEST(NdpMessage, AnAdvertisementWithoutOptionHasNoHardwareAddress) {
  const auto frame = unsolicited_advertisement(kMac, kGlobal, false);
  const auto answer = parse_advertisement(Bytes(frame).subspan(54, 24));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->mac);
}

TEST(NdpMessage, TruncatedMessagesAndOptionsOfNoLengthAreRefused) {
  const auto frame = unsolicited_advertisement(kMac, kGlobal, false);
  const Bytes message = Bytes(frame).subspan(54);
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_EQ(parse_advertisement(message.first(size)).has_value(), size == 24) << size;
  std::vector<std::uint8_t> endless(message.begin(), message.end());
  for (const std::uint8_t length : {0, 2, 255}) {
    endless[25] = length;
    EXPECT_FALSE(parse_advertisement(endless)) << int{length};
  }
  std::vector<std::uint8_t> question(message.begin(), message.end());
  question[0] = kIcmp6Solicitation;
  EXPECT_FALSE(parse_advertisement(question));
}

TEST(NdpMessage, AHardwareAddressOfAnotherLengthIsNoHardwareAddress) {
  const auto frame = unsolicited_advertisement(kMac, kGlobal, false);
  std::vector<std::uint8_t> message(frame.begin() + 54, frame.end());
  message[25] = 3;
  message.resize(24 + 24);
  const auto answer = parse_advertisement(message);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->mac) << "InfiniBand's are 20 bytes";
}

}  // namespace
}  // namespace flywall::netlink
