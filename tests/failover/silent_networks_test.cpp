#include "daemon/failover/silent_networks.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

constexpr Time kStart = time_from_nanoseconds(1'000'000'000);
constexpr std::uint32_t kLan = 3, kWan = 4;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

SilentNetworks serving_both() {
  SilentNetworks silent;
  ServedNetworks served;
  served.push_back({kLan, Prefix::parse("10.0.0.1/24").value()});
  served.push_back({kLan, Prefix::parse("fd00::1/64").value()});
  served.push_back({kWan, Prefix::parse("203.0.113.1/24").value()});
  silent.serve(served);
  return silent;
}

SilentNetworks::Path lan(bool alive) { return {kLan, ip("10.0.0.2"), alive}; }
SilentNetworks::Path wan(bool alive) { return {kWan, ip("203.0.113.2"), alive}; }
SilentNetworks::Path sync_cable(bool alive) { return {0, ip("192.168.100.2"), alive}; }

bool review(SilentNetworks& silent, const std::vector<SilentNetworks::Path>& paths, Time at) {
  return silent.review(paths, at);
}

TEST(SilentNetworks, E5_a_network_that_falls_silent_while_the_peer_lives_is_asked_at_once) {
  SilentNetworks silent = serving_both();
  EXPECT_FALSE(review(silent, {lan(true), wan(true), sync_cable(true)}, kStart));
  EXPECT_TRUE(review(silent, {lan(false), wan(true), sync_cable(true)}, kStart + 5s));
  EXPECT_TRUE(silent.networks()[0].asked);
  EXPECT_FALSE(silent.networks()[1].asked);
  EXPECT_TRUE(review(silent, {lan(true), wan(true), sync_cable(true)}, kStart + 6s))
      << "it is over";
  EXPECT_FALSE(silent.networks()[0].asked);
}

TEST(SilentNetworks, a_path_that_was_just_made_is_given_time) {
  SilentNetworks silent = serving_both();
  EXPECT_FALSE(review(silent, {lan(false), wan(true)}, kStart));
  EXPECT_EQ(silent.deadline(), kStart + SilentNetworks::kSettling);
  EXPECT_TRUE(review(silent, {lan(false), wan(true)}, silent.deadline()));
  EXPECT_EQ(silent.deadline(), kNever);
}

TEST(SilentNetworks, a_configured_path_belongs_to_the_network_it_leads_through) {
  SilentNetworks silent = serving_both();
  const SilentNetworks::Path direct{0, ip("10.0.0.2"), true};
  review(silent, {direct, wan(true)}, kStart);
  EXPECT_TRUE(review(silent, {{0, ip("10.0.0.2"), false}, wan(true)}, kStart));
  EXPECT_TRUE(silent.networks()[0].asked);
}

TEST(SilentNetworks, one_living_path_of_any_peer_is_enough) {
  SilentNetworks silent = serving_both();
  const SilentNetworks::Path third{kLan, ip("10.0.0.3"), true};
  review(silent, {lan(true), third}, kStart);
  EXPECT_FALSE(review(silent, {lan(false), third}, kStart));
  EXPECT_FALSE(silent.networks()[0].asked);
}

TEST(SilentNetworks, the_death_of_the_peer_says_nothing_of_the_network) {
  SilentNetworks silent = serving_both();
  review(silent, {lan(true), wan(true)}, kStart);
  EXPECT_FALSE(review(silent, {}, kStart + 1s));
  EXPECT_EQ(silent.deadline(), kNever);
}

TEST(SilentNetworks, what_is_asked_goes_on_when_the_peer_dies_afterwards) {
  SilentNetworks silent = serving_both();
  review(silent, {lan(true), wan(true)}, kStart);
  review(silent, {lan(false), wan(true)}, kStart);
  EXPECT_FALSE(review(silent, {}, kStart + 1s));
  EXPECT_TRUE(silent.networks()[0].asked);
}

TEST(SilentNetworks, a_network_that_stays_served_keeps_its_state) {
  SilentNetworks silent = serving_both();
  review(silent, {lan(true), wan(true)}, kStart);
  review(silent, {lan(false), wan(true)}, kStart);
  ServedNetworks served;
  served.push_back({kLan, Prefix::parse("10.0.0.1/24").value()});
  silent.serve(served);
  ASSERT_EQ(silent.networks().size(), 1u);
  EXPECT_TRUE(silent.networks()[0].asked);
}

}  // namespace
}  // namespace flywall::failover
