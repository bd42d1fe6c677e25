#include "daemon/witness/observed_lock.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <vector>

#include "heartbeat/lease.hpp"

namespace flywall::witness {
namespace {

using heartbeat::Claim;
using heartbeat::lease_margin;

constexpr Duration kLease = 3s;
constexpr Time kStart = time_from_nanoseconds(1'000'000'000);

Claim claim(std::uint64_t epoch, const char* node) { return {Epoch{epoch}, NodeId(node)}; }
Seen seen(const LockRecord& record) { return {record, to_text(record)}; }
LockRecord held(const Claim& by, std::uint64_t sequence = 1) {
  return {.claim = by, .sequence = sequence, .lease = kLease};
}

TEST(O1_ACandidate, TakesARecordOnlyAfterAWholeLeaseOfSilence) {
  ObservedLock lock;
  const Seen theirs = seen(held(claim(4, "a")));
  const Verdict first = lock.ask(kStart, claim(5, "b"), kLease, theirs);
  ASSERT_TRUE(std::holds_alternative<Wait>(first));
  const Time free_at = std::get<Wait>(first).until;
  EXPECT_EQ(free_at, kStart + kLease + lease_margin(kLease));
  EXPECT_EQ(std::get<Wait>(first).holder, claim(4, "a"));
  EXPECT_TRUE(std::holds_alternative<Wait>(lock.ask(free_at - 1ns, claim(5, "b"), kLease, theirs)));
  const Verdict last = lock.ask(free_at, claim(5, "b"), kLease, theirs);
  ASSERT_TRUE(std::holds_alternative<Write>(last));
  EXPECT_EQ(std::get<Write>(last).record, held(claim(5, "b"), 2));
}

TEST(O1_ACandidate, StartsAgainWhenTheHolderWrites) {
  ObservedLock lock;
  lock.ask(kStart, claim(5, "b"), kLease, seen(held(claim(4, "a"), 1)));
  const Verdict verdict =
      lock.ask(kStart + kLease + 1s, claim(5, "b"), kLease, seen(held(claim(4, "a"), 2)));
  ASSERT_TRUE(std::holds_alternative<Wait>(verdict));
  EXPECT_GT(std::get<Wait>(verdict).until, kStart + 2 * kLease + 1s - 1ns);
}

TEST(O1_ACandidate, WaitsForTheHoldersLeaseWhenThatIsLonger) {
  ObservedLock lock;
  LockRecord theirs = held(claim(4, "a"));
  theirs.lease = 10s;
  const Verdict verdict = lock.ask(kStart, claim(5, "b"), kLease, seen(theirs));
  ASSERT_TRUE(std::holds_alternative<Wait>(verdict));
  EXPECT_GE(std::get<Wait>(verdict).until, kStart + 10s);
}

TEST(O3_AnEmptyStore, IsMarkedAndTheMarkObservedForALease) {
  ObservedLock lock;
  const Claim mine = claim(5, "b");
  const Verdict first = lock.ask(kStart, mine, kLease, {});
  ASSERT_TRUE(std::holds_alternative<Write>(first));
  const LockRecord mark = std::get<Write>(first).record;
  EXPECT_EQ(mark.standing, Standing::marked);
  EXPECT_TRUE(std::holds_alternative<Wait>(lock.ask(kStart + 1ms, mine, kLease, seen(mark))));
  const Time due = kStart + 1ms + kLease + lease_margin(kLease);
  EXPECT_TRUE(std::holds_alternative<Wait>(lock.ask(due - 1ns, mine, kLease, seen(mark))));
  const Verdict last = lock.ask(due, mine, kLease, seen(mark));
  ASSERT_TRUE(std::holds_alternative<Write>(last));
  EXPECT_EQ(std::get<Write>(last).record.standing, Standing::held);
}

TEST(O3_AnEmptyStore, ThatForgotTheMarkIsObservedFromTheBeginning) {
  ObservedLock lock;
  const Claim mine = claim(5, "b");
  const auto first = lock.ask(kStart, mine, kLease, {});
  lock.ask(kStart + 1ms, mine, kLease, seen(std::get<Write>(first).record));
  const auto second = lock.ask(kStart + 2 * kLease, mine, kLease, {});
  EXPECT_NE(std::get<Write>(first).record, std::get<Write>(second).record);
  EXPECT_TRUE(std::holds_alternative<Wait>(
      lock.ask(kStart + 2 * kLease + 1ms, mine, kLease, seen(std::get<Write>(second).record))));
}

TEST(O4_AReleasedRecord, MayBeTakenAtOnceAndOnlyItsOwnerReleasesIt) {
  ObservedLock lock;
  const Seen theirs = seen(held(claim(4, "a")));
  EXPECT_FALSE(lock.release(claim(5, "b"), theirs));
  EXPECT_FALSE(lock.release(claim(3, "a"), theirs)) << "an older life";
  const auto released = lock.release(claim(4, "a"), theirs);
  ASSERT_TRUE(released);
  EXPECT_TRUE(
      std::holds_alternative<Write>(lock.ask(kStart, claim(5, "b"), kLease, seen(*released))));
  EXPECT_FALSE(lock.release(claim(4, "a"), seen(*released)));
}

TEST(O5_TheEpoch, NeverFalls) {
  ObservedLock lock;
  const Verdict verdict = lock.ask(kStart, claim(4, "b"), kLease, seen(held(claim(7, "a"))));
  ASSERT_TRUE(std::holds_alternative<Behind>(verdict));
  EXPECT_EQ(std::get<Behind>(verdict).epoch, Epoch{7});
}

TEST(ARecord, IsOneLineAndNothingElseIsBelieved) {
  const LockRecord record = held(claim(17, "node2"), 42);
  EXPECT_EQ(to_text(record), "flywall-lock 1 17 node2 42 3000 held\n");
  EXPECT_EQ(parse_record(to_text(record)), record);
  for (const char* wrong :
       {"", "flywall-lock 1", "flywall-lock 2 17 node2 42 3000 held\n",
        "flywall-lock 1 17 node2 42 3000 held", "flywall-lock 1 17  42 3000 held\n",
        "flywall-lock 1 017 node2 42 3000 held\n", "flywall-lock 1 17 node2 42 0 held\n",
        "flywall-lock 1 17 node2 42 3000 lost\n", "flywall-lock 1 17 node2 42 3000 held\n\n",
        "flywall-lock 1 -1 node2 42 3000 held\n",
        "flywall-lock 1 99999999999999999999 node2 42 3000 held\n"})
    EXPECT_FALSE(parse_record(wrong)) << wrong;
}

// Two or three nodes, one store that answers late, loses answers and forgets everything now and
// then: judged by true time.
class Story {
 public:
  Story(std::uint32_t seed, bool trusts_emptiness) : random_(seed), careless_(trusts_emptiness) {
    for (std::size_t i = 0; i < 3; ++i) {
      nodes_.push_back({.name = NodeId(std::string(1, static_cast<char>('a' + i)))});
      after(one_of(900), [this, i] { begin(i); });
    }
    after(5'000 + one_of(9'000), [this] { forget(); });
  }

  int overlaps(int steps) {
    int count = 0;
    for (int step = 0; step < steps; ++step) {
      const auto next = agenda_.begin();
      now_ms_ = next->first;
      const auto what = std::move(next->second);
      agenda_.erase(next);
      what();
      int holders = 0;
      for (const Node& node : nodes_) holders += now() < node.until;
      count += holders > 1;
      held += holders == 1;
    }
    return count;
  }
  int held = 0;

 private:
  struct Node {
    NodeId name;
    ObservedLock lock;
    std::uint64_t epoch = 0;
    Time until = Time::min();
  };

  Time now() const { return kStart + now_ms_ * 1ms; }
  std::int64_t one_of(std::int64_t count) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(count));
  }
  void after(std::int64_t ms, std::function<void()> what) {
    agenda_.emplace(now_ms_ + ms, std::move(what));
  }
  std::int64_t delay() { return one_of(8) == 0 ? one_of(4000) : one_of(20); }

  void forget() {
    store_.reset();
    after(9'000 + one_of(30'000), [this] { forget(); });
  }
  // Reads; what it saw arrives; what it writes reaches the store; and the answer comes back. Each
  // may take long, and a step may be lost.
  void begin(std::size_t i) {
    const std::int64_t pause = one_of(10) == 0 ? one_of(8000) : 300 + one_of(700);
    after(pause, [this, i] { begin(i); });
    after(delay(), [this, i] {
      const auto there = store_;
      after(delay(), [this, i, there] { decide(i, there); });
    });
  }
  void decide(std::size_t i, const std::optional<LockRecord>& there) {
    Node& node = nodes_[i];
    const auto what = there ? std::optional(seen(*there)) : std::nullopt;
    const Time asked = now();
    Verdict verdict = node.lock.ask(asked, {Epoch{node.epoch}, node.name}, kLease, what);
    if (const auto* behind = std::get_if<Behind>(&verdict)) node.epoch = behind->epoch.value + 1;
    if (careless_ && !there)
      verdict = Write{{{Epoch{node.epoch}, node.name}, 1, kLease, Standing::held}};
    const auto* write = std::get_if<Write>(&verdict);
    if (!write) return;
    after(delay(), [this, i, there, asked, record = write->record] {
      if (store_ != there) return;
      store_ = record;
      if (record.standing != Standing::held || one_of(10) == 0) return;
      after(delay(), [this, i, asked] {
        nodes_[i].until = std::max(nodes_[i].until, asked + kLease - lease_margin(kLease));
      });
    });
  }

  std::mt19937 random_;
  bool careless_;
  std::vector<Node> nodes_;
  std::optional<LockRecord> store_;
  std::multimap<std::int64_t, std::function<void()>> agenda_;
  std::int64_t now_ms_ = 0;
};

TEST(TheLock, IsNeverHeldByTwoAtAnyInstant) {
  int held = 0;
  for (std::uint32_t seed = 1; seed <= 80; ++seed) {
    Story story(seed, false);
    ASSERT_EQ(story.overlaps(4000), 0) << "seed " << seed;
    held += story.held;
  }
  EXPECT_GT(held, 80'000) << "or nothing was proven";
}

TEST(TheLock, WouldBeHeldByTwoIfAnEmptyStoreWereBelieved) {
  int overlaps = 0;
  for (std::uint32_t seed = 1; seed <= 80; ++seed) overlaps += Story(seed, true).overlaps(4000);
  EXPECT_GT(overlaps, 0);
}

}  // namespace
}  // namespace flywall::witness
