// Which way a question goes, and what its interface is made of.
#include <gtest/gtest.h>

#include "netlink/link_hardware.hpp"
#include "netlink/route_socket.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr std::uint32_t kFw0 = 11;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

class RouteLookupTest : public NamespacesTest {};

TEST_F(RouteLookupTest, an_address_on_the_wire_has_no_gateway) {
  here("ip addr add fd77::2/64 dev fw0 nodad");
  auto socket = RouteSocket::create().value();
  const auto hop = socket.route_to(ip("10.77.0.9"), 0).value();
  EXPECT_EQ(hop.interface_index, kFw0);
  EXPECT_EQ(hop.gateway, IpAddress{});
  EXPECT_EQ(hop.source, ip("10.77.0.2"));
  EXPECT_FALSE(hop.local);
  const auto hop6 = socket.route_to(ip("fd77::9"), 0).value();
  EXPECT_EQ(hop6.interface_index, kFw0);
  EXPECT_EQ(hop6.gateway, IpAddress{});
  EXPECT_EQ(socket.route_to(ip("fe80::9"), kFw0).value().interface_index, kFw0);
}

TEST_F(RouteLookupTest, one_behind_a_router_has_its_gateway) {
  here("ip addr add fd77::2/64 dev fw0 nodad; ip route add default via 10.77.0.9");
  here("ip -6 route add default via fd77::9; ip route add 10.98.0.0/16 via inet6 fd77::9 dev fw0");
  auto socket = RouteSocket::create().value();
  EXPECT_EQ(socket.route_to(ip("203.0.113.1"), 0).value().gateway, ip("10.77.0.9"));
  EXPECT_EQ(socket.route_to(ip("2001:db8::1"), 0).value().gateway, ip("fd77::9"));
  EXPECT_EQ(socket.route_to(ip("10.98.0.1"), 0).value().gateway, ip("fd77::9"));
}

TEST_F(RouteLookupTest, without_a_route_it_is_said_and_an_own_address_is_local) {
  here("ip addr add fd77::2/64 dev fw0 nodad; ip route add blackhole 10.97.0.0/16");
  auto socket = RouteSocket::create().value();
  EXPECT_FALSE(socket.route_to(ip("203.0.113.1"), 0));
  EXPECT_FALSE(socket.route_to(ip("2001:db8::1"), 0));
  EXPECT_FALSE(socket.route_to(ip("10.97.0.1"), 0));
  EXPECT_TRUE(socket.route_to(ip("10.77.0.2"), 0).value().local);
  EXPECT_TRUE(socket.route_to(ip("fd77::2"), 0).value().local);
}

TEST_F(RouteLookupTest, an_interface_is_known_by_name_index_and_hardware) {
  here("ip link add other0 index 31 address 02:00:00:00:00:31 type veth peer name other1");
  here("ip link set other0 arp off");
  const auto inquiry = LinkInquiry::create().value();
  EXPECT_EQ(inquiry.index_of(InterfaceName::cut("fw0")), kFw0);
  EXPECT_EQ(inquiry.index_of(InterfaceName::cut("nowhere")), 0u);
  EXPECT_EQ(inquiry.name_of(kFw0).view(), "fw0");
  EXPECT_TRUE(inquiry.name_of(4711).empty());
  EXPECT_TRUE(inquiry.hardware_of(kFw0)->resolves);
  EXPECT_EQ(inquiry.hardware_of(kFw0)->mac, MacAddress::parse("02:00:00:00:00:01"));
  EXPECT_TRUE(inquiry.hardware_of(kFw0)->running);
  EXPECT_FALSE(inquiry.hardware_of(31)->running);
  EXPECT_FALSE(inquiry.hardware_of(31)->resolves);
  EXPECT_FALSE(inquiry.hardware_of(1)->resolves) << "loopback";
  EXPECT_FALSE(inquiry.hardware_of(4711));
}

}  // namespace
}  // namespace flywall::netlink
