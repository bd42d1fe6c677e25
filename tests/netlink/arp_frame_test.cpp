#include "netlink/arp_frame.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace flywall::netlink {
namespace {

const MacAddress kMac = MacAddress::parse("02:00:5e:10:00:07").value();
const IpAddress kAddress = IpAddress::parse("10.0.0.100").value();

TEST(ArpFrame, TheRequestFormOfAnAnnouncementIsTheseBytes) {
  const ArpFrame golden{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x5e, 0x10, 0x00,
                        0x07, 0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6,    4,    0x00, 0x01,
                        0x02, 0x00, 0x5e, 0x10, 0x00, 0x07, 10,   0,    0,    100,  0,
                        0,    0,    0,    0,    0,    10,   0,    0,    100};
  EXPECT_EQ(gratuitous_arp(ArpOperation::request, kMac, kAddress), golden);
}

TEST(ArpFrame, TheReplyFormRepeatsTheSendersHardwareAddressAsTarget) {
  const ArpFrame golden{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x5e, 0x10, 0x00,
                        0x07, 0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6,    4,    0x00, 0x02,
                        0x02, 0x00, 0x5e, 0x10, 0x00, 0x07, 10,   0,    0,    100,  0x02,
                        0x00, 0x5e, 0x10, 0x00, 0x07, 10,   0,    0,    100};
  EXPECT_EQ(gratuitous_arp(ArpOperation::reply, kMac, kAddress), golden);
}

TEST(ArpFrame, AProbeNamesNoSenderSoThatItChangesNobodysCache) {
  const auto packet = parse_arp(arp_probe_frame(kMac, kAddress));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->operation, ArpOperation::request);
  EXPECT_EQ(packet->sender, IpAddress::parse("0.0.0.0"));
  EXPECT_EQ(packet->target, kAddress);
  EXPECT_EQ(packet->target_mac, MacAddress{});
}

TEST(ArpFrame, WhatIsWrittenIsReadAlsoWithPadding) {
  const ArpFrame frame = gratuitous_arp(ArpOperation::reply, kMac, kAddress);
  std::vector<std::uint8_t> padded(frame.begin(), frame.end());
  padded.resize(60);
  const ArpPacket expected{ArpOperation::reply, kMac, kAddress, kMac, kAddress};
  EXPECT_EQ(parse_arp(frame), expected);
  EXPECT_EQ(parse_arp(padded), expected);
}

TEST(ArpFrame, TruncatedFramesAndForeignLengthsAreRefused) {
  const ArpFrame frame = gratuitous_arp(ArpOperation::request, kMac, kAddress);
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(parse_arp(Bytes(frame).first(size))) << size;
  for (std::size_t offset : {12, 14, 16, 18, 19, 20}) {
    ArpFrame wrong = frame;
    wrong[offset] = 32;
    EXPECT_FALSE(parse_arp(wrong)) << offset;
  }
}

}  // namespace
}  // namespace flywall::netlink
