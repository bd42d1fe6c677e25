// The thread's answers in a planned handover, on a real kernel; skipped without root.
#include <poll.h>

#include "daemon/failover/address_thread.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::failover {
namespace {

using Kind = AddressOrder::Kind;
using Answer = AddressOutcome::Kind;

class AddressThreadTest : public netlink::NamespacesTest {
 protected:
  void SetUp() override {
    NamespacesTest::SetUp();
    if (IsSkipped()) return;
    auto addresses = netlink::VirtualAddresses::create(netlink::AddressTag{0xf1},
                                                       {netlink::virtual_address("10.77.1.1/16")});
    thread_ = std::make_unique<AddressThread>(std::move(*addresses));
  }
  void order(Kind kind, Duration linger = {}) {
    thread_->orders().put({.kind = kind, .linger = linger, .given = now()});
  }
  // The next answer; those of work that nobody ordered are left out.
  AddressOutcome answer() {
    const Time limit = now() + kPatience;
    while (now() < limit) {
      if (const auto outcome = thread_->outcomes().take()) {
        if (outcome->kind != Answer::changed) return *outcome;
        continue;
      }
      pollfd waiting{thread_->outcomes().fd(), POLLIN, 0};
      ::poll(&waiting, 1, 100);
      thread_->outcomes().acknowledge();
    }
    ADD_FAILURE() << "no answer";
    return {};
  }
  std::unique_ptr<AddressThread> thread_;
};

TEST_F(AddressThreadTest, E9DroppedIsSaidWhenTheAddressesAreGoneNotWhenTheyBeginToLinger) {
  order(Kind::take);
  EXPECT_EQ(answer().kind, Answer::taken);
  order(Kind::quiet);
  EXPECT_EQ(answer().kind, Answer::quieted);
  EXPECT_TRUE(has("10.77.1.1/16"));
  const Time before = now();
  order(Kind::drop, 200ms);
  const AddressOutcome dropped = answer();
  EXPECT_EQ(dropped.kind, Answer::dropped);
  EXPECT_EQ(dropped.removed, 1u);
  EXPECT_GE(now() - before, 200ms);
  EXPECT_FALSE(has("10.77.1.1/16"));
}

TEST_F(AddressThreadTest, E9AWithdrawnOfferTakesThemBackWithoutAGap) {
  order(Kind::take);
  EXPECT_EQ(answer().kind, Answer::taken);
  order(Kind::quiet);
  EXPECT_EQ(answer().kind, Answer::quieted);
  order(Kind::take);
  const AddressOutcome back = answer();
  EXPECT_EQ(back.kind, Answer::taken);
  EXPECT_EQ(back.held, 1u);
  EXPECT_EQ(back.added, 0u) << "they never went";
}

TEST_F(AddressThreadTest, E9WhatLingersIsAnsweredOnceWhenItIsTakenBack) {
  order(Kind::take);
  EXPECT_EQ(answer().kind, Answer::taken);
  order(Kind::drop, 10s);
  order(Kind::take);
  const AddressOutcome overtaken = answer();
  EXPECT_EQ(overtaken.kind, Answer::dropped);
  EXPECT_TRUE(overtaken.overtaken);
  EXPECT_EQ(answer().kind, Answer::taken);
  order(Kind::drop);
  const AddressOutcome dropped = answer();
  EXPECT_EQ(dropped.kind, Answer::dropped);
  EXPECT_FALSE(dropped.overtaken);
}

TEST_F(AddressThreadTest, WhoIsInAHurryDoesNotLinger) {
  order(Kind::take);
  EXPECT_EQ(answer().kind, Answer::taken);
  order(Kind::hurry);
  order(Kind::drop, 10s);
  order(Kind::hurry);
  EXPECT_EQ(answer().kind, Answer::dropped);
  EXPECT_FALSE(has("10.77.1.1/16"));
}

TEST_F(AddressThreadTest, AnOrderThatInterruptsTakingIsNoRefusal) {
  order(Kind::take);
  order(Kind::announce);
  EXPECT_EQ(answer().kind, Answer::taken);
  const Time limit = now() + kPatience;
  while (!has("10.77.1.1/16") && now() < limit) {
  }
  EXPECT_TRUE(has("10.77.1.1/16"));
}

TEST_F(AddressThreadTest, NothingStaysWhenTheThreadEnds) {
  order(Kind::take);
  EXPECT_EQ(answer().kind, Answer::taken);
  thread_.reset();
  EXPECT_FALSE(has("10.77.1.1/16"));
}

}  // namespace
}  // namespace flywall::failover
