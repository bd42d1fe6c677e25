#include "daemon/failover/link_monitor.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

constexpr Time kStart = time_from_nanoseconds(1'000'000'000);

netlink::LinkState link(std::uint32_t index, const char* name, bool up) {
  return {.index = index,
          .name = netlink::InterfaceName::cut(name),
          .admin_up = true,
          .carrier = up,
          .running = up};
}

LinkMonitor::Setting setting(const char* name, MonitorCount::Policy policy = {}) {
  return {.name = netlink::InterfaceName::cut(name), .policy = policy, .interval = 100ms};
}

LinkMonitor watching(const std::vector<LinkMonitor::Setting>& settings) {
  LinkMonitor monitor;
  monitor.set(settings);
  return monitor;
}

TEST(LinkMonitor, an_interface_that_does_not_exist_is_down_until_it_appears) {
  LinkMonitor monitor = watching({setting("eth1")});
  EXPECT_FALSE(monitor.links()[0].up());
  EXPECT_EQ(monitor.note(link(3, "eth1", true), kStart), 0u);
  EXPECT_TRUE(monitor.links()[0].up());
}

TEST(LinkMonitor, the_first_look_decides_alone) {
  LinkMonitor monitor = watching({setting("eth1", {.rise = 9, .fall = 9})});
  EXPECT_EQ(monitor.note(link(3, "eth1", true), kStart), 0u);
  EXPECT_TRUE(monitor.links()[0].up());
  EXPECT_EQ(monitor.deadline(), kNever);
}

TEST(LinkMonitor, E11_a_pulled_cable_counts_at_once_and_is_told_once) {
  LinkMonitor monitor = watching({setting("eth1"), setting("eth2")});
  monitor.note(link(3, "eth1", true), kStart);
  monitor.note(link(4, "eth2", true), kStart);
  EXPECT_EQ(monitor.note(link(4, "eth2", false), kStart), 1u);
  EXPECT_FALSE(monitor.links()[1].up());
  EXPECT_FALSE(monitor.note(link(4, "eth2", false), kStart));
  EXPECT_EQ(monitor.deadline(), kNever) << "there is nothing more to count";
}

TEST(LinkMonitor, with_fall_a_state_must_last_and_counts_again_each_interval) {
  LinkMonitor monitor = watching({setting("eth1", {.rise = 2, .fall = 3})});
  monitor.note(link(3, "eth1", true), kStart);
  EXPECT_FALSE(monitor.note(link(3, "eth1", false), kStart));
  EXPECT_EQ(monitor.deadline(), kStart + 100ms);
  EXPECT_FALSE(monitor.on_time(kStart + 100ms));
  EXPECT_TRUE(monitor.links()[0].up());
  EXPECT_EQ(monitor.on_time(kStart + 200ms), 0u);
  EXPECT_FALSE(monitor.links()[0].up());
  EXPECT_EQ(monitor.deadline(), kNever);
  EXPECT_FALSE(monitor.note(link(3, "eth1", true), kStart + 1s));
  EXPECT_EQ(monitor.on_time(kStart + 1100ms), 0u);
  EXPECT_TRUE(monitor.links()[0].up());
}

TEST(LinkMonitor, a_short_interruption_is_forgotten_and_what_was_slept_through_is_counted) {
  LinkMonitor monitor = watching({setting("eth1", {.rise = 1, .fall = 3})});
  monitor.note(link(3, "eth1", true), kStart);
  monitor.note(link(3, "eth1", false), kStart);
  monitor.note(link(3, "eth1", true), kStart + 50ms);
  EXPECT_EQ(monitor.deadline(), kNever);
  monitor.note(link(3, "eth1", false), kStart + 60ms);
  EXPECT_EQ(monitor.on_time(kStart + 10s), 0u);
}

TEST(LinkMonitor, others_do_not_matter) {
  LinkMonitor monitor = watching({setting("eth1")});
  monitor.note(link(3, "eth1", true), kStart);
  EXPECT_FALSE(monitor.note(link(9, "veth9", false), kStart));
  EXPECT_TRUE(monitor.links()[0].up());
}

TEST(LinkMonitor,
     an_interface_that_is_deleted_or_renamed_is_down_and_may_come_back_with_another_index) {
  LinkMonitor monitor = watching({setting("eth1")});
  monitor.note(link(3, "eth1", true), kStart);
  auto removed = link(3, "eth1", true);
  removed.removed = true;
  EXPECT_EQ(monitor.note(removed, kStart), 0u);
  EXPECT_FALSE(monitor.links()[0].up());
  EXPECT_STREQ(monitor.links()[0].what_is_wrong(), "does not exist");
  EXPECT_EQ(monitor.note(link(7, "eth1", true), kStart), 0u);
  EXPECT_EQ(monitor.note(link(7, "lan0", true), kStart), 0u);
  EXPECT_FALSE(monitor.links()[0].up());
}

TEST(LinkMonitor, another_list_keeps_the_state_of_those_that_stay) {
  LinkMonitor monitor = watching({setting("eth1"), setting("eth2")});
  monitor.note(link(3, "eth1", true), kStart);
  monitor.note(link(4, "eth2", true), kStart);
  monitor.set({setting("eth3"), setting("eth2", {.rise = 1, .fall = 5})});
  ASSERT_EQ(monitor.links().size(), 2u);
  EXPECT_FALSE(monitor.links()[0].up());
  EXPECT_TRUE(monitor.links()[1].up());
  EXPECT_FALSE(monitor.note(link(4, "eth2", false), kStart)) << "by the new number";
}

}  // namespace
}  // namespace flywall::failover
