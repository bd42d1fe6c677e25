#include "netlink/link_table.hpp"

#include <gtest/gtest.h>

namespace flywall::netlink {
namespace {

LinkState link(std::uint32_t index, const char* name, bool up = true) {
  LinkState result;
  result.index = index;
  result.name = InterfaceName::cut(name);
  result.admin_up = result.carrier = result.running = up;
  return result;
}

TEST(LinkTable, TellsANewInterfaceAComingUpAndARemoval) {
  LinkTable table;
  const auto appeared = table.apply(link(3, "lan", false));
  EXPECT_TRUE(appeared.named && !appeared.came_up && !appeared.lost);
  const auto up = table.apply(link(3, "lan"));
  EXPECT_TRUE(up.came_up && !up.named);
  EXPECT_FALSE(table.apply(link(3, "lan")).came_up);
  LinkState gone = link(3, "lan");
  gone.removed = true;
  EXPECT_TRUE(table.apply(gone).lost);
  EXPECT_EQ(table.by_name(InterfaceName::cut("lan")), nullptr);
  EXPECT_FALSE(table.apply(gone).lost) << "the unknown cannot go";
}

TEST(LinkTable, ANameThatMovesToAnotherInterfaceBelongsToTheLastOne) {
  LinkTable table;
  table.apply(link(3, "lan"));
  const auto renamed = table.apply(link(3, "old"));
  EXPECT_TRUE(renamed.named && renamed.lost);
  EXPECT_EQ(renamed.former_name.view(), "lan");
  table.apply(link(4, "lan"));
  EXPECT_EQ(table.by_name(InterfaceName::cut("lan"))->index, 4u);
  LinkState gone = link(3, "old");
  gone.removed = true;
  table.apply(gone);
  EXPECT_EQ(table.by_name(InterfaceName::cut("lan"))->index, 4u);
}

TEST(LinkTable, AnotherHardwareAddressCountsAsComingUpBecauseNeighboursMustHear) {
  LinkTable table;
  table.apply(link(3, "lan"));
  LinkState moved = link(3, "lan");
  moved.mac.bytes[5] = 9;
  EXPECT_TRUE(table.apply(moved).came_up);
}

}  // namespace
}  // namespace flywall::netlink
