// Routes that come and go with the addresses (V6).
#include <gtest/gtest.h>

#include "netlink/leftovers.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};
constexpr RouteTag kOurRoutes{0xd1};

VirtualRoute route(const char* to, const char* via, const char* interface = "") {
  VirtualRoute result;
  result.to = Prefix::parse(to).value();
  result.via = IpAddress::parse(via).value_or(IpAddress{});
  result.interface = InterfaceName::cut(interface);
  return result;
}

class VirtualRoutesTest : public NamespacesTest {
 protected:
  void SetUp() override {
    NamespacesTest::SetUp();
    if (!IsSkipped()) here("ip addr add fd77::2/64 dev fw0 nodad");
  }
  // Addresses and routes of each kind.
  VirtualAddresses made() {
    auto addresses = VirtualAddresses::create(
                         kOurs, {virtual_address("10.77.1.1/16"), virtual_address("fd77::1:1/64")})
                         .value();
    VirtualRoute sourced = route("10.90.0.0/16", "10.77.0.9", "fw0");
    sourced.source = IpAddress::parse("10.77.1.1").value();
    sourced.metric = 50;
    VirtualRoute elsewhere = route("0.0.0.0/0", "10.77.0.9");
    elsewhere.table = 1234;
    addresses.configure_routes(
        kOurRoutes, {sourced, elsewhere, route("10.91.0.0/16", "", "fw0"),
                     route("fd88::/64", "fd77::9", "fw0"), route("fd89::/64", "", "fw0")});
    return addresses;
  }
  std::string routes() {
    return shown_here("ip route show table all proto 209; ip -6 route show table all proto 209");
  }
};

TEST_F(VirtualRoutesTest, V6RoutesComeWithTheAddressesAndGoWithThem) {
  auto addresses = made();
  const AddressReport taken = addresses.take();
  EXPECT_EQ(taken.routes_added, 5u) << taken.complaint();
  EXPECT_EQ(taken.routes_held, 5u);
  EXPECT_EQ(taken.failed, 0u) << taken.complaint();
  const std::string shown = routes();
  EXPECT_NE(shown.find("10.90.0.0/16 via 10.77.0.9 dev fw0 src 10.77.1.1 metric 50"),
            std::string::npos)
      << shown;
  EXPECT_NE(shown.find("table 1234"), std::string::npos) << shown;
  EXPECT_EQ(addresses.take().routes_added, 0u) << "they are recognised";
  EXPECT_EQ(addresses.take().routes_held, 5u);
  EXPECT_EQ(addresses.drop().routes_removed, 5u);
  EXPECT_EQ(routes(), "");
}

TEST_F(VirtualRoutesTest, V6WhatACrashLeftBehindIsSweptAndOthersStay) {
  here("ip route add 10.99.0.0/16 via 10.77.0.9 proto 209");
  here("ip -6 route add fd99::/64 dev fw0 proto 209; ip route add 10.98.0.0/16 dev fw0 proto 210");
  auto addresses = made();
  EXPECT_EQ(addresses.drop().routes_removed, 2u);
  EXPECT_EQ(routes(), "");
  EXPECT_NE(shown_here("ip route").find("10.98.0.0/16"), std::string::npos);
  here("ip route add 10.99.0.0/16 via 10.77.0.9 proto 209");
  EXPECT_EQ(remove_tagged_routes(kOurRoutes), 1u);
  EXPECT_EQ(routes(), "");
}

TEST_F(VirtualRoutesTest, LeftoversOfOneClusterAreSweptAndThoseOfAnotherStay) {
  for (const char* cluster : {"edge", "core"}) {
    const char* address = cluster == std::string("edge") ? "10.77.1.1/16" : "10.77.1.2/16";
    auto addresses =
        VirtualAddresses::create(address_tag(cluster), {virtual_address(address)}).value();
    addresses.configure_routes(
        route_tag(cluster),
        {route(cluster == std::string("edge") ? "10.90.0.0/16" : "10.91.0.0/16", "10.77.0.9")});
    ASSERT_EQ(addresses.take().failed, 0u);
  }
  const Swept swept = sweep_leftovers("edge");
  EXPECT_EQ(swept.addresses, 1u);
  EXPECT_EQ(swept.routes, 1u);
  EXPECT_EQ(swept.trouble, "");
  const std::string left = shown_here("ip address; ip route");
  EXPECT_EQ(left.find("10.77.1.1/"), std::string::npos) << left;
  EXPECT_EQ(left.find("10.90.0.0"), std::string::npos) << left;
  EXPECT_NE(left.find("10.77.1.2/"), std::string::npos) << left;
  EXPECT_NE(left.find("10.91.0.0"), std::string::npos) << left;
}

TEST_F(VirtualRoutesTest, V6ARouteOfSomebodyElseIsReportedAndStays) {
  here("ip route add 10.91.0.0/16 via 10.77.0.8");
  auto addresses = made();
  const AddressReport taken = addresses.take();
  EXPECT_EQ(taken.routes_held, 4u);
  ASSERT_EQ(taken.failures.size(), 1u);
  EXPECT_NE(taken.complaint().find("10.91.0.0/16 on fw0: somebody else's"), std::string::npos)
      << taken.complaint();
  EXPECT_EQ(addresses.drop().routes_removed, 4u);
  EXPECT_NE(shown_here("ip route").find("10.91.0.0/16 via 10.77.0.8"), std::string::npos);
}

TEST_F(VirtualRoutesTest, V6RoutesComeBackAfterTheInterfaceWasDown) {
  auto addresses = made();
  addresses.take();
  here("ip link set fw0 down");
  EXPECT_TRUE(serve(addresses, [&] { return !reports_.empty(); }));
  here("ip link set fw0 up");
  EXPECT_TRUE(serve(addresses, [&] {
    return !reports_.empty() && reports_.back().routes_held == 5 && reports_.back().held == 2;
  }));
  EXPECT_NE(routes().find("10.90.0.0/16 via 10.77.0.9"), std::string::npos);
}

TEST_F(VirtualRoutesTest, V6AMissingInterfaceIsNamedAndARouteWithoutAWayToo) {
  auto addresses = VirtualAddresses::create(kOurs, {}).value();
  addresses.configure_routes(
      kOurRoutes, {route("10.90.0.0/16", "", "late0"), route("10.92.0.0/16", "192.0.2.1")});
  const AddressReport taken = addresses.take();
  EXPECT_EQ(taken.routes_held, 0u);
  EXPECT_EQ(taken.failed, 2u);
  EXPECT_NE(taken.complaint().find("interface late0 does not exist"), std::string::npos);
  here("ip link add late0 up type veth peer name late1; ip link set late1 up");
  EXPECT_TRUE(serve(addresses, [&] { return routes().find("late0") != std::string::npos; }));
}

TEST_F(VirtualRoutesTest, V6AThousandRoutesComeAndGo) {
  auto addresses = VirtualAddresses::create(kOurs, {}).value();
  std::vector<VirtualRoute> many;
  for (int i = 0; i < 1000; ++i)
    many.push_back(route(
        ("10." + std::to_string(100 + i / 250) + "." + std::to_string(i % 250) + ".0/24").c_str(),
        "10.77.0.9"));
  addresses.configure_routes(kOurRoutes, many);
  const AddressReport taken = addresses.take();
  EXPECT_EQ(taken.routes_added, many.size());
  const AddressReport dropped = addresses.drop();
  EXPECT_EQ(dropped.routes_removed, many.size());
  std::printf("1000 routes: added in %.1f ms, removed in %.1f ms\n", milliseconds(taken.duration),
              milliseconds(dropped.duration));
}

}  // namespace
}  // namespace flywall::netlink
