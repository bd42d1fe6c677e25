#include "daemon/failover/monitor_count.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

using enum ProbeVerdict;

TEST(MonitorCount, falls_after_that_many_bad_results_in_a_row_and_rises_likewise) {
  MonitorCount count({.rise = 2, .fall = 3});
  EXPECT_EQ(count.state(), MonitorState::unknown);
  EXPECT_FALSE(count.count(bad));
  EXPECT_FALSE(count.count(bad));
  EXPECT_TRUE(count.undecided());
  EXPECT_TRUE(count.count(bad));
  EXPECT_EQ(count.state(), MonitorState::down);
  EXPECT_FALSE(count.undecided());
  EXPECT_FALSE(count.count(good));
  EXPECT_EQ(count.state(), MonitorState::down);
  EXPECT_TRUE(count.count(good));
  EXPECT_EQ(count.state(), MonitorState::up);
}

TEST(MonitorCount, one_good_result_breaks_a_row_of_bad_ones) {
  MonitorCount count({.rise = 1, .fall = 3});
  count.count(good);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(count.count(bad));
    EXPECT_FALSE(count.count(bad));
    EXPECT_FALSE(count.count(good));
  }
  EXPECT_EQ(count.state(), MonitorState::up);
}

TEST(MonitorCount, E5_what_cannot_be_probed_is_unknown_and_counts_for_neither) {
  MonitorCount count({.rise = 1, .fall = 2});
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(count.count(unknown));
  EXPECT_EQ(count.state(), MonitorState::unknown);
  count.count(bad);
  EXPECT_FALSE(count.count(unknown));
  EXPECT_TRUE(count.count(bad)) << "nor does it break a row";
}

TEST(MonitorCount, the_standard_of_a_link_decides_at_once) {
  MonitorCount count({}, MonitorState::down);
  EXPECT_TRUE(count.count(good));
  EXPECT_TRUE(count.count(bad));
  EXPECT_EQ(count.state(), MonitorState::down);
}

TEST(MonitorCount, the_first_look_may_settle_it_alone) {
  MonitorCount count({.rise = 5, .fall = 5});
  EXPECT_FALSE(count.settle(unknown));
  EXPECT_TRUE(count.settle(good));
  EXPECT_EQ(count.state(), MonitorState::up);
}

}  // namespace
}  // namespace flywall::failover
