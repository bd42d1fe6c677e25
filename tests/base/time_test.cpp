#include "base/time.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace flywall {
namespace {

TEST(Time, NeverPlusAnythingStaysNever) {
  EXPECT_EQ(later(kNever, 1ns), kNever);
  EXPECT_EQ(later(kNever - 5ns, 10ns), kNever);
  EXPECT_EQ(later(time_from_nanoseconds(3), 4ns), time_from_nanoseconds(7));
}

TEST(Time, TheClockDoesNotGoBack) {
  const Time first = now();
  EXPECT_GE(now(), first);
  EXPECT_GT(nanoseconds(first), 0);
}

}  // namespace
}  // namespace flywall
