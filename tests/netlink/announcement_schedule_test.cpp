#include "netlink/announcement_schedule.hpp"

#include <gtest/gtest.h>

namespace flywall::netlink {
namespace {

constexpr Time kStart = time_from_nanoseconds(1'000'000'000'000);

std::vector<Duration> times_of(AnnouncementSchedule& schedule, int count) {
  std::vector<Duration> result;
  for (int i = 0; i < count; ++i) {
    const Time at = schedule.deadline();
    EXPECT_EQ(schedule.due(at).size(), 1u);
    result.push_back(at - kStart);
  }
  return result;
}

TEST(AnnouncementSchedule, AnnouncesFiveTimesAcrossTheLockTimeAndThenEveryMinute) {
  AnnouncementSchedule schedule;
  schedule.start(7, kStart);
  EXPECT_EQ(times_of(schedule, 7),
            (std::vector<Duration>{0ms, 50ms, 200ms, 1100ms, 3000ms, 63000ms, 123000ms}));
}

TEST(AnnouncementSchedule, HasNoDeadlineWhenNothingRuns) {
  AnnouncementSchedule schedule;
  EXPECT_EQ(schedule.deadline(), kNever);
  schedule.start(1, kStart);
  schedule.stop(1);
  schedule.stop(99);
  EXPECT_EQ(schedule.deadline(), kNever);
  EXPECT_TRUE(schedule.due(kStart + 1h).empty());
}

TEST(AnnouncementSchedule, ASeriesGoesOnUnderAnotherNumber) {
  AnnouncementSchedule schedule;
  schedule.start(0, kStart);
  schedule.start(3, kStart);
  EXPECT_EQ(schedule.due(kStart).size(), 2u);
  schedule.rearrange(std::vector<std::optional<std::uint32_t>>{std::nullopt, 3, 9});
  EXPECT_EQ(times_of(schedule, 2), (std::vector<Duration>{50ms, 200ms}));
  const Time at = schedule.deadline();
  EXPECT_EQ(at - kStart, 1100ms);
  EXPECT_EQ(schedule.due(at)[0], 1u);
  schedule.rearrange({});
  EXPECT_EQ(schedule.deadline(), kNever);
}

TEST(AnnouncementSchedule, IsPacedAndForgetsNobody) {
  AnnouncementSchedule schedule;
  for (std::uint32_t i = 0; i < 1000; ++i) schedule.start(i, kStart);
  std::vector<int> seen(1000);
  int batches = 0;
  for (Time at = kStart; at < kStart + 40ms; at = schedule.deadline(), ++batches) {
    const auto batch = schedule.due(at);
    EXPECT_TRUE(schedule.due(at).empty()) << "a pause lies between two batches";
    for (auto item : batch) ++seen[item];
  }
  EXPECT_EQ(batches, 16);
  EXPECT_EQ(seen, std::vector<int>(1000, 1));
}

TEST(AnnouncementSchedule, ALateThreadAnnouncesOnceForAllThatItMissed) {
  AnnouncementSchedule schedule;
  schedule.start(1, kStart);
  EXPECT_EQ(schedule.due(kStart + 500ms).size(), 1u);
  EXPECT_EQ(schedule.deadline(), kStart + 1100ms);
}

TEST(AnnouncementSchedule, AFullQueueIsTriedAgainSoonAndTheSeriesGoesOn) {
  AnnouncementSchedule schedule;
  schedule.start(1, kStart);
  ASSERT_EQ(schedule.due(kStart).size(), 1u);
  schedule.postpone(1, kStart);
  EXPECT_EQ(schedule.deadline(), kStart + kAnnouncementRetry);
  EXPECT_EQ(schedule.due(schedule.deadline()).size(), 1u);
  EXPECT_EQ(schedule.deadline(), kStart + 50ms);
}

TEST(AnnouncementSchedule, ANewStartBeginsTheSeriesAnew) {
  AnnouncementSchedule schedule;
  schedule.start(1, kStart - 10s);
  schedule.due(kStart - 1s);
  schedule.start(1, kStart);
  EXPECT_EQ(times_of(schedule, 2), (std::vector<Duration>{0ms, 50ms}));
}

}  // namespace
}  // namespace flywall::netlink
