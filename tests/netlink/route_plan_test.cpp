#include "netlink/route_plan.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <array>
#include <set>

#include "netlink/limits.hpp"
#include "netlink/route_entry_message.hpp"

namespace flywall::netlink {
namespace {

constexpr RouteTag kOurs{0xd1};

VirtualRoute route(const char* to, const char* via = "") {
  VirtualRoute result;
  result.to = Prefix::parse(to).value();
  result.via = IpAddress::parse(via).value_or(IpAddress{});
  return result;
}

TEST(RoutePlan, WhatIsWantedAndMissingIsAddedAndWhatIsOursAndNotWantedIsRemovedFirst) {
  const auto wanted = normalized(route("10.9.0.0/16", "10.77.0.9"), 0, kOurs);
  const auto former = normalized(route("10.8.0.0/16", "10.77.0.9"), 11, kOurs);
  const RoutePlan plan = plan_routes(std::array{wanted}, std::array{former});
  ASSERT_EQ(plan.changes.size(), 2u);
  EXPECT_EQ(plan.changes[0], (RouteChange{false, former}));
  EXPECT_EQ(plan.changes[1], (RouteChange{true, wanted}));
}

TEST(RoutePlan, ARouteWithoutInterfaceIsRecognisedOnWhicheverItIs) {
  const auto wanted = normalized(route("10.9.0.0/16", "10.77.0.9"), 0, kOurs);
  auto shown = wanted;
  shown.interface_index = 11;
  const RoutePlan plan = plan_routes(std::array{wanted, wanted}, std::array{shown});
  EXPECT_TRUE(plan.changes.empty());
  EXPECT_EQ(plan.kept, std::vector{shown});
}

TEST(RoutePlan, ADuplicateCountsOnce) {
  const auto wanted = normalized(route("10.9.0.0/16", "10.77.0.9"), 0, kOurs);
  EXPECT_EQ(plan_routes(std::array{wanted, wanted}, {}).changes.size(), 1u);
}

TEST(RoutePlan, R3HostBitsAreClearedAndTheMetricOfIpv6IsTheKernels) {
  EXPECT_EQ(normalized(route("10.9.200.3/20"), 11, kOurs).to, Prefix::parse("10.9.192.0/20"));
  EXPECT_EQ(normalized(route("0.0.0.0/0"), 11, kOurs).to, Prefix::parse("0.0.0.0/0"));
  EXPECT_EQ(normalized(route("10.9.0.1/32"), 11, kOurs).to, Prefix::parse("10.9.0.1/32"));
  EXPECT_EQ(normalized(route("fd88::1/64"), 11, kOurs).to, Prefix::parse("fd88::/64"));
  EXPECT_EQ(normalized(route("fd88::/64"), 11, kOurs).metric, 1024u);
  EXPECT_EQ(normalized(route("10.9.0.0/16"), 11, kOurs).metric, 0u);
}

TEST(RoutePlan, TheTagStaysAwayFromThoseOfTheKernelAndOfRoutingDaemons) {
  std::set<std::uint8_t> tags;
  for (int i = 0; i < 1000; ++i) tags.insert(route_tag("cluster" + std::to_string(i)).value);
  EXPECT_GE(*tags.begin(), 200);
  EXPECT_GT(tags.size(), 50u);
}

TEST(RouteEntryMessage, WhatIsWrittenIsRead) {
  for (const char* to : {"10.9.0.0/16", "0.0.0.0/0", "fd88::/64", "::/0"}) {
    const bool ipv4 = Prefix::parse(to)->address.family == Family::ipv4;
    for (const std::uint32_t table : {254u, 10000u}) {
      VirtualRoute wanted = route(to, ipv4 ? "10.77.0.9" : "fd77::9");
      wanted.table = table;
      wanted.metric = 77;
      wanted.source = IpAddress::parse(ipv4 ? "10.77.0.1" : "fd77::1").value();
      const RouteChange change{true, normalized(wanted, 11, kOurs)};
      alignas(nlmsghdr) std::array<std::uint8_t, kChangeBytes> room;
      encode_route_change(change, 1, true, room);
      EXPECT_EQ(decode_route(reinterpret_cast<const nlmsghdr&>(room)), change.route) << to;
    }
  }
}

}  // namespace
}  // namespace flywall::netlink
