#include "daemon/failover/watched.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

TEST(Watched, interfaces_with_virtual_addresses_are_watched_unnamed_and_each_once) {
  config::Ha ha;
  ha.monitor_links = {"eth2", "eth3"};
  ha.monitor_link_blocks = {{.interface = "eth4", .weight = 20, .fall = 3}};
  for (const char* interface : {"eth2", "eth1", "eth4", "eth1"}) {
    ha.virtual_ips.emplace_back();
    ha.virtual_ips.back().interface = interface;
  }
  const Watched watched = watched_from(ha);
  std::vector<std::string> names;
  for (const config::MonitorLink& link : watched.links) names.push_back(link.interface);
  EXPECT_EQ(names, (std::vector<std::string>{"eth4", "eth2", "eth3", "eth1"}));
  EXPECT_EQ(watched.served, (std::vector<std::string>{"eth1", "eth2", "eth4"}));
  EXPECT_EQ(watched.links[0].fall, 3u) << "the block's own values stay";
}

TEST(Watched, gateways_have_the_standard_values_or_those_of_their_block) {
  config::Ha ha;
  ha.monitor_gateways = {IpAddress::parse("192.0.2.1").value()};
  ha.monitor_gateway_blocks = {
      {.address = IpAddress::parse("fe80::1").value(), .interface = "eth2", .weight = 5}};
  const Watched watched = watched_from(ha);
  ASSERT_EQ(watched.gateways.size(), 2u);
  EXPECT_EQ(watched.gateways[0].weight, 5);
  EXPECT_EQ(watched.gateways[1].weight, 0);
  EXPECT_EQ(watched.gateways[1].interval, Duration{1s});
}

}  // namespace
}  // namespace flywall::failover
