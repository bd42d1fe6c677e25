#include "daemon/failover/link_monitor.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

using heartbeat::FaultClass;

netlink::LinkState link(std::uint32_t index, const char* name, bool up) {
  return {.index = index,
          .name = netlink::InterfaceName::cut(name),
          .admin_up = true,
          .carrier = up,
          .running = up};
}

TEST(LinkMonitor, without_links_there_is_no_fault) {
  EXPECT_EQ(LinkMonitor({}).fault(), FaultClass::none);
}

TEST(LinkMonitor, an_interface_that_does_not_exist_is_a_fault_until_it_appears) {
  LinkMonitor monitor({"eth1"});
  EXPECT_EQ(monitor.fault(), FaultClass::faulty);
  ASSERT_TRUE(monitor.note(link(3, "eth1", true)));
  EXPECT_EQ(monitor.fault(), FaultClass::none);
}

TEST(LinkMonitor, a_pulled_cable_is_a_fault_and_is_told_once) {
  LinkMonitor monitor({"eth1", "eth1", "eth2"});
  monitor.note(link(3, "eth1", true));
  monitor.note(link(4, "eth2", true));
  const auto changed = monitor.note(link(4, "eth2", false));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->name.view(), "eth2");
  EXPECT_FALSE(changed->up);
  EXPECT_FALSE(monitor.note(link(4, "eth2", false)));
  EXPECT_EQ(monitor.fault(), FaultClass::faulty);
}

TEST(LinkMonitor, others_do_not_matter) {
  LinkMonitor monitor({"eth1"});
  monitor.note(link(3, "eth1", true));
  EXPECT_FALSE(monitor.note(link(9, "veth9", false)));
  EXPECT_EQ(monitor.fault(), FaultClass::none);
}

TEST(LinkMonitor,
     an_interface_that_is_deleted_or_renamed_is_a_fault_and_may_come_back_with_another_index) {
  LinkMonitor monitor({"eth1"});
  monitor.note(link(3, "eth1", true));
  auto removed = link(3, "eth1", true);
  removed.removed = true;
  EXPECT_TRUE(monitor.note(removed));
  EXPECT_EQ(monitor.fault(), FaultClass::faulty);
  EXPECT_TRUE(monitor.note(link(7, "eth1", true)));
  EXPECT_EQ(monitor.fault(), FaultClass::none);
  EXPECT_TRUE(monitor.note(link(7, "lan0", true)));
  EXPECT_EQ(monitor.fault(), FaultClass::faulty);
}

}  // namespace
}  // namespace flywall::failover
