// When scripts of role changes run: the pure part.
#include <gtest/gtest.h>

#include "daemon/tasks/role_scripts.hpp"
#include "daemon/tasks/verdict.hpp"

namespace flywall::tasks {
namespace {

using heartbeat::Reason;
using heartbeat::State;
using processes::message::Prepare;
using processes::message::RoleChanged;

constexpr RoleScripts::Rules kBoth{.has_pre = true, .has_post = true};
constexpr Progress kBackup{.settled = State::backup};
constexpr Progress kPrimary{.settled = State::primary};

Time at(Duration since) { return Time(since); }
RoleChanged to(State state, Reason reason = Reason::peer_silent, std::uint64_t epoch = 7) {
  return {.from = State::backup, .to = state, .reason = reason, .epoch = Epoch{epoch}};
}
Prepare handover() { return {.to = NodeId("fw2"), .reason = Reason::failback, .epoch = Epoch{8}}; }

TEST(RoleScripts, ATakeoverRunsPreWhenItBeginsAndPostWhenItIsDone) {
  RoleScripts scripts(kBoth, kBackup);
  const auto began = scripts.changed(to(State::taking_over), at(0s));
  ASSERT_TRUE(began.begin);
  EXPECT_EQ(began.begin->call.hook, Hook::pre);
  EXPECT_EQ(began.begin->call.from, State::backup);
  EXPECT_EQ(began.begin->call.to, State::primary);
  EXPECT_FALSE(began.begin->call.planned);
  EXPECT_EQ(began.begin->limit, 10s);
  EXPECT_FALSE(began.prepared) << "nobody waits for an unplanned takeover's script";
  EXPECT_FALSE(scripts.changed(to(State::primary), at(1ms)).begin) << "S1: one at a time";
  const auto then = scripts.ended(false, at(1s));
  ASSERT_TRUE(then.begin);
  EXPECT_EQ(then.begin->call.hook, Hook::post);
  EXPECT_EQ(then.begin->call.from, State::backup);
  EXPECT_EQ(then.begin->call.to, State::primary);
  EXPECT_FALSE(scripts.ended(true, at(2s)).begin);
  EXPECT_TRUE(scripts.idle());
}

TEST(RoleScripts, AHandoverWaitsForPreAndEndsWithPost) {
  RoleScripts scripts(kBoth, kPrimary);
  const auto began = scripts.prepare(handover(), at(0s));
  ASSERT_TRUE(began.begin);
  EXPECT_EQ(began.begin->call.hook, Hook::pre);
  EXPECT_EQ(began.begin->call.from, State::primary);
  EXPECT_EQ(began.begin->call.to, State::backup);
  EXPECT_EQ(began.begin->call.peer, NodeId("fw2"));
  EXPECT_TRUE(began.begin->call.planned);
  EXPECT_FALSE(began.prepared);
  EXPECT_EQ(scripts.ended(true, at(1s)).prepared, true);
  EXPECT_FALSE(scripts.changed(to(State::handing_over, Reason::failback), at(1s)).begin);
  const auto done = scripts.changed(to(State::backup, Reason::handed_over), at(2s));
  ASSERT_TRUE(done.begin);
  EXPECT_EQ(done.begin->call.hook, Hook::post);
  EXPECT_EQ(done.begin->call.from, State::primary);
  EXPECT_EQ(done.begin->call.to, State::backup);
  EXPECT_TRUE(done.begin->call.planned);
}

// A monitor's weight moves the role with a handshake: nothing is broken.
TEST(RoleScripts, AHandoverIsPlannedWhateverItsReason) {
  RoleScripts scripts(kBoth, kPrimary);
  scripts.changed(to(State::handing_over, Reason::own_fault), at(0s));
  const auto done = scripts.changed(to(State::backup, Reason::own_fault), at(1s));
  ASSERT_TRUE(done.begin);
  EXPECT_TRUE(done.begin->call.planned);
}

TEST(RoleScripts, OnlyARequiredPreThatFailsStopsAHandover) {
  RoleScripts lenient(kBoth, kPrimary);
  lenient.prepare(handover(), at(0s));
  EXPECT_EQ(lenient.ended(false, at(1s)).prepared, true);
  RoleScripts strict({.has_pre = true, .has_post = true, .pre_required = true}, kPrimary);
  strict.prepare(handover(), at(0s));
  EXPECT_EQ(strict.ended(false, at(1s)).prepared, false);
  EXPECT_FALSE(strict.changed(to(State::primary, Reason::not_prepared), at(2s)).begin)
      << "what the script itself stopped needs no end";
}

TEST(RoleScripts, WithoutAPreScriptAHandoverIsPreparedAtOnce) {
  RoleScripts scripts({.has_post = true, .pre_required = true}, kPrimary);
  const auto output = scripts.prepare(handover(), at(0s));
  EXPECT_EQ(output.prepared, true);
  EXPECT_FALSE(output.begin);
}

TEST(RoleScripts, AChangeThatFailsEndsWithPostForTheRoleThatStayed) {
  RoleScripts scripts(kBoth, kPrimary);
  scripts.prepare(handover(), at(0s));
  scripts.ended(true, at(1s));
  scripts.changed(to(State::handing_over), at(1s));
  const auto back = scripts.changed(to(State::primary, Reason::transfer_timeout), at(5s));
  ASSERT_TRUE(back.begin);
  EXPECT_EQ(back.begin->call.hook, Hook::post);
  EXPECT_EQ(back.begin->call.from, State::primary);
  EXPECT_EQ(back.begin->call.to, State::primary);
}

TEST(RoleScripts, LosingTheRoleWithoutAPlanRunsPostOnly) {
  RoleScripts scripts(kBoth, kPrimary);
  const auto lost = scripts.changed(to(State::fault, Reason::own_fault), at(0s));
  ASSERT_TRUE(lost.begin);
  EXPECT_EQ(lost.begin->call.hook, Hook::post);
  EXPECT_EQ(lost.begin->call.to, State::fault);
  EXPECT_FALSE(lost.begin->call.planned);
}

TEST(RoleScripts, ChangesThatDoNotConcernThePrimaryRunNothing) {
  RoleScripts scripts(kBoth, {});
  for (const State state : {State::backup, State::fault, State::backup, State::drained})
    EXPECT_FALSE(scripts.changed(to(state), at(0s)).begin);
}

TEST(RoleScripts, S2TheOldestOfTooManyIsSkippedAndReported) {
  RoleScripts scripts(kBoth, kBackup);
  scripts.changed(to(State::taking_over, Reason::peer_silent, 1), at(0s));  // pre hangs
  std::size_t skipped = 0;
  std::uint64_t oldest = 0;
  for (std::uint64_t epoch = 1; epoch <= 9; ++epoch) {
    for (const State state : {State::primary, State::backup, State::taking_over}) {
      const auto output = scripts.changed(to(state, Reason::peer_silent, epoch), at(1s));
      EXPECT_FALSE(output.begin);
      for (const Call& call : output.skipped) {
        EXPECT_GE(call.epoch.value, oldest);
        oldest = call.epoch.value;
        ++skipped;
      }
    }
  }
  EXPECT_EQ(skipped, 27 - kMaxWaiting);
  std::size_t left = 0;
  while (scripts.ended(true, at(2s)).begin) ++left;
  EXPECT_EQ(left, kMaxWaiting) << "the latest ones run";
}

TEST(RoleScripts, S3PrepareIsAnsweredInTimeAlthoughAnotherScriptHangs) {
  RoleScripts scripts({.has_pre = true, .has_post = true, .pre_required = true}, kBackup);
  scripts.changed(to(State::primary), at(0s));  // its pre hangs, its post waits
  const auto asked = scripts.prepare(handover(), at(1s));
  EXPECT_FALSE(asked.prepared);
  EXPECT_EQ(scripts.deadline(), at(11s));
  EXPECT_FALSE(scripts.tick(at(10s)).prepared);
  const auto late = scripts.tick(at(11s));
  EXPECT_EQ(late.prepared, false);
  ASSERT_EQ(late.skipped.size(), 1u);
  EXPECT_EQ(late.skipped[0].hook, Hook::pre);
}

TEST(RoleScripts, S3WhatStartsLateGetsOnlyTheTimeThatIsLeft) {
  RoleScripts scripts(kBoth, kPrimary);
  scripts.changed(to(State::backup), at(0s));  // post runs
  scripts.prepare(handover(), at(1s));
  const auto next = scripts.ended(true, at(8s));
  ASSERT_TRUE(next.begin);
  EXPECT_EQ(next.begin->limit, 3s);
  EXPECT_EQ(scripts.tick(at(11s)).prepared, true) << "it ignores its limit; nobody waits longer";
  EXPECT_FALSE(scripts.ended(true, at(12s)).prepared) << "answered once";
}

TEST(RoleScripts, S4ARoleThatWasReachedBeforeRunsNothingAgain) {
  RoleScripts scripts(kBoth, kPrimary);
  EXPECT_FALSE(scripts.changed(to(State::taking_over), at(0s)).begin);
  EXPECT_FALSE(scripts.changed(to(State::primary), at(0s)).begin);
  RoleScripts opened(kBoth, {.settled = State::backup, .opened = true});
  EXPECT_FALSE(opened.changed(to(State::taking_over), at(0s)).begin) << "its pre was begun";
  ASSERT_TRUE(opened.changed(to(State::primary), at(0s)).begin) << "its post was not";
}

TEST(Verdict, NeedsSoManyOfOneKindInARow) {
  Verdict verdict(2, 3);
  EXPECT_FALSE(verdict.up());
  EXPECT_FALSE(verdict.count(true));
  EXPECT_TRUE(verdict.count(true));
  EXPECT_EQ(verdict.up(), true);
  EXPECT_FALSE(verdict.count(false));
  EXPECT_FALSE(verdict.count(false));
  EXPECT_FALSE(verdict.count(true)) << "up already";
  EXPECT_FALSE(verdict.count(false));
  EXPECT_FALSE(verdict.count(false));
  EXPECT_TRUE(verdict.count(false));
  EXPECT_EQ(verdict.up(), false);
}

}  // namespace
}  // namespace flywall::tasks
