#include "base/address.hpp"

#include <gtest/gtest.h>

namespace flywall {
namespace {

TEST(Address, ReadsAndWritesBothFamilies) {
  for (const char* text : {"0.0.0.0", "10.0.0.100", "255.255.255.255", "::", "::1", "fe80::1",
                           "2001:db8::ff00:42:8329"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->str(), text);
    EXPECT_EQ(IpAddress::from_bytes(address->view()), address);
  }
}

TEST(Address, RefusesWhatIsNotExactlyOneAddress) {
  for (const char* text : {"", " 10.0.0.1", "10.0.0.1 ", "10.0.0", "10.0.0.256", "10.0.0.1/24",
                           "fe80::1%eth0", ":::", "host", "1.2.3.4.5", "0x0a.0.0.1",
                           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  EXPECT_FALSE(IpAddress::from_bytes({}));
  const std::array<std::uint8_t, 5> five{};
  EXPECT_FALSE(IpAddress::from_bytes(five));
}

TEST(Address, KnowsLoopbackAndLinkLocal) {
  EXPECT_TRUE(IpAddress::parse("127.3.2.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("1::1")->is_loopback());
  EXPECT_FALSE(IpAddress().is_loopback());
  EXPECT_TRUE(IpAddress::parse("169.254.0.1")->is_link_local());
  EXPECT_TRUE(IpAddress::parse("febf::1")->is_link_local());
  EXPECT_FALSE(IpAddress::parse("fec0::1")->is_link_local());
  EXPECT_FALSE(IpAddress::parse("10.0.0.1")->is_link_local());
}

TEST(Address, APrefixWithoutLengthIsTheAddressAlone) {
  EXPECT_EQ(Prefix::parse("10.0.0.100/24")->str(), "10.0.0.100/24");
  EXPECT_EQ(Prefix::parse("10.0.0.100")->length, 32);
  EXPECT_EQ(Prefix::parse("fd00::1")->length, 128);
  for (const char* text : {"10.0.0.1/33", "fd00::1/129", "10.0.0.1/", "10.0.0.1/-1", "10.0.0.1/ 8",
                           "/24", "10.0.0.1/24/24"})
    EXPECT_FALSE(Prefix::parse(text)) << text;
}

TEST(Address, APrefixContainsItsNetworkAndNothingElse) {
  const Prefix net = *Prefix::parse("10.1.128.7/17");
  EXPECT_TRUE(net.contains(*IpAddress::parse("10.1.255.255")));
  EXPECT_TRUE(net.contains(*IpAddress::parse("10.1.128.0")));
  EXPECT_FALSE(net.contains(*IpAddress::parse("10.1.127.255")));
  EXPECT_FALSE(net.contains(*IpAddress::parse("::10.1.128.7")));
  EXPECT_TRUE(Prefix::parse("0.0.0.0/0")->contains(*IpAddress::parse("203.0.113.9")));
}

TEST(Address, ReadsHostAndPortAsPeopleWriteThem) {
  EXPECT_EQ(HostPort::parse("fw2"), (HostPort{"fw2", {}}));
  EXPECT_EQ(HostPort::parse("fw2.lan:9002"), (HostPort{"fw2.lan", 9002}));
  EXPECT_EQ(HostPort::parse("10.0.0.1:9001"), (HostPort{"10.0.0.1", 9001}));
  EXPECT_EQ(HostPort::parse(":9001"), (HostPort{"", 9001}));
  EXPECT_EQ(HostPort::parse("[::1]:9002"), (HostPort{"::1", 9002}));
  EXPECT_EQ(HostPort::parse("[::1]"), (HostPort{"::1", {}}));
  EXPECT_EQ(HostPort::parse("fe80::1"), (HostPort{"fe80::1", {}}));
  for (const char* text : {"", ":", "fw2:", "fw2:0", "fw2:65536", "fw2:12x", "[::1", "[::1]9002",
                           "[fw2]:9002", "fe80::zz"})
    EXPECT_FALSE(HostPort::parse(text)) << text;
}

TEST(Address, AnEndpointBracketsIPv6) {
  EXPECT_EQ((Endpoint{*IpAddress::parse("10.0.0.1"), 9002}).str(), "10.0.0.1:9002");
  EXPECT_EQ((Endpoint{*IpAddress::parse("fe80::1"), 9002}).str(), "[fe80::1]:9002");
}

TEST(Address, AHardwareAddressHasSixPairs) {
  EXPECT_EQ(MacAddress::parse("02:00:5e:10:AB:ff")->str(), "02:00:5e:10:ab:ff");
  for (const char* text : {"", "02:00:5e:10:ab", "02-00-5e-10-ab-ff", "02:00:5e:10:ab:fg",
                           "02:00:5e:10:ab:f ", "2:0:5e:10:ab:ff:01:0"})
    EXPECT_FALSE(MacAddress::parse(text)) << text;
}

}  // namespace
}  // namespace flywall
