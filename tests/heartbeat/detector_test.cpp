#include "heartbeat/detector.hpp"

#include <gtest/gtest.h>

namespace flywall::heartbeat {
namespace {

constexpr PathIndex kFirst{0};
constexpr PathIndex kSecond{1};
constexpr Time kStart = Time(100s);
constexpr Duration kDetection = 30ms;

TEST(Detector, a_peer_that_was_never_heard_is_not_alive_and_has_no_deadline) {
  const Detector detector;
  EXPECT_FALSE(detector.alive());
  EXPECT_EQ(detector.deadline(), kNever);
}

TEST(Detector, hearing_tells_whether_the_path_was_silent_before) {
  Detector detector;
  EXPECT_TRUE(detector.heard(kFirst, kStart, kDetection));
  EXPECT_FALSE(detector.heard(kFirst, kStart + 10ms, kDetection));
  EXPECT_TRUE(detector.heard(kSecond, kStart + 10ms, kDetection));
}

TEST(Detector, a_path_lives_for_less_than_the_detection_time) {
  Detector detector;
  detector.heard(kFirst, kStart, kDetection);
  EXPECT_EQ(detector.deadline(), kStart + kDetection);
  EXPECT_EQ(detector.judge(kStart + kDetection - 1ns), 0);
  EXPECT_TRUE(detector.alive());
  EXPECT_EQ(detector.judge(kStart + kDetection), 1);
  EXPECT_FALSE(detector.alive());
  EXPECT_EQ(detector.judge(kStart + kDetection), 0);
}

TEST(Detector, E5_a_peer_lives_while_one_path_is_heard) {
  Detector detector;
  detector.heard(kFirst, kStart, kDetection);
  detector.heard(kSecond, kStart + 10ms, kDetection);
  EXPECT_EQ(detector.judge(kStart + kDetection), 1);
  EXPECT_TRUE(detector.alive());
  EXPECT_FALSE(detector.alive(kFirst));
  EXPECT_TRUE(detector.alive(kSecond));
  EXPECT_EQ(detector.deadline(), kStart + 10ms + kDetection);
}

TEST(Detector, E14_the_senders_own_timers_count) {
  Detector detector;
  detector.heard(kFirst, kStart, 5s);
  EXPECT_EQ(detector.judge(kStart + 4s), 0);
  EXPECT_EQ(detector.judge(kStart + 5s), 1);
}

TEST(Detector, E11_a_departed_peer_is_silent_at_once_until_it_is_heard_again) {
  Detector detector;
  detector.heard(kFirst, kStart, kDetection);
  detector.depart();
  EXPECT_FALSE(detector.alive());
  EXPECT_EQ(detector.deadline(), kNever);
  EXPECT_TRUE(detector.heard(kFirst, kStart + 1ms, kDetection));
}

TEST(Detector, E13_forgiving_makes_the_living_heard_now_but_wakes_no_dead) {
  Detector detector;
  detector.heard(kFirst, kStart, kDetection);
  detector.heard(kSecond, kStart + 20ms, kDetection);
  detector.judge(kStart + kDetection);
  detector.forgive(kStart + 40ms);
  EXPECT_FALSE(detector.alive(kFirst));
  EXPECT_EQ(detector.deadline(), kStart + 40ms + kDetection);
}

}  // namespace
}  // namespace flywall::heartbeat
