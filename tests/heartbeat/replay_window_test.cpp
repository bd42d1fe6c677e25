// WireGuard's counter self-test, by its meaning: our counters start at 1, its at 0.
#include "heartbeat/replay_window.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace flywall::heartbeat {
namespace {

constexpr std::uint64_t kSize = ReplayWindow::kSize;
constexpr std::uint64_t kReach = kSize + 1;
constexpr std::uint64_t kLimit = ReplayWindow::kLimit;

struct Step {
  std::uint64_t counter;
  bool accepted;
};

void expect_steps(std::initializer_list<Step> steps) {
  ReplayWindow window;
  int line = 0;
  for (const Step& step : steps) {
    ++line;
    EXPECT_EQ(window.accept(step.counter), step.accepted) << "step " << line;
  }
}

TEST(ReplayWindow, AcceptsEachCounterOnceAroundItsEdges) {
  expect_steps({{1, true},
                {2, true},
                {2, false},
                {10, true},
                {9, true},
                {8, true},
                {8, false},
                {kReach + 1, true},
                {kReach, true},
                {kReach, false},
                {kReach - 1, true},
                {3, true},
                {3, false},
                {kReach + 17, true},
                {4, false},
                {kReach + 17, false},
                {kReach * 4 + 1, true},
                {kReach * 4 + 1 - (kReach - 1), true},
                {11, false},
                {kReach * 4 + 1 - kReach, false},
                {kReach * 4 + 1 - (kReach + 1), false},
                {kReach * 4 + 1 - (kReach - 2), true},
                {kReach * 4 + 2 - kReach, false},
                {1, false}});
}

TEST(ReplayWindow, RefusesZeroAndTheLimit) {
  expect_steps({{0, false},
                {kLimit, false},
                {kLimit - 1, true},
                {kLimit, false},
                {kLimit - 1, false},
                {kLimit - 2, true},
                {kLimit + 1, false},
                {kLimit + 2, false},
                {kLimit - 2, false},
                {kLimit - 3, true},
                {~std::uint64_t{0}, false},
                {0, false}});
}

TEST(ReplayWindow, AcceptsAWholeWindowBackwards) {
  ReplayWindow window;
  for (std::uint64_t i = kReach + 1; i > 1; --i) EXPECT_TRUE(window.accept(i)) << i;
  EXPECT_TRUE(window.accept(1 + kReach + 1));
  EXPECT_FALSE(window.accept(1));
  EXPECT_FALSE(window.accept(2));
}

TEST(ReplayWindow, AcceptsAWholeWindowForwardsAndNothingTwice) {
  ReplayWindow window;
  for (std::uint64_t i = 1; i <= kReach; ++i) EXPECT_TRUE(window.accept(i)) << i;
  EXPECT_FALSE(window.accept(1));
  EXPECT_FALSE(window.accept(kReach));
  EXPECT_TRUE(window.accept(kReach + 1));
  EXPECT_FALSE(window.accept(1));
  EXPECT_EQ(window.highest(), kReach + 1);
}

TEST(ReplayWindow, AJumpOfManyWindowsForgetsNothingItMustKnow) {
  for (std::uint64_t jump : {kSize - 1, kSize, kSize + 1, ReplayWindow::kBits,
                             ReplayWindow::kBits * 3 + 7, std::uint64_t{1} << 40}) {
    ReplayWindow window;
    EXPECT_TRUE(window.accept(100));
    EXPECT_TRUE(window.accept(100 + jump));
    EXPECT_FALSE(window.accept(100 + jump));
    EXPECT_FALSE(window.accept(100));
    EXPECT_TRUE(window.accept(99 + jump));
  }
}

// The window against a set that remembers everything.
TEST(ReplayWindow, AgreesWithASetThatRemembersEverything) {
  ReplayWindow window;
  std::set<std::uint64_t> received;
  std::uint64_t highest = 0;
  std::uint64_t random = 1;
  for (int i = 0; i < 200'000; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t step = (random >> 33) % 20'000;
    const std::uint64_t counter = highest + 300 > step ? highest + 300 - step : 1;
    const bool reachable = counter + kSize >= highest;
    EXPECT_EQ(window.accept(counter), reachable && received.insert(counter).second) << counter;
    highest = std::max(highest, counter);
  }
}

}  // namespace
}  // namespace flywall::heartbeat
