#include "heartbeat/lease.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace flywall::heartbeat {
namespace {

constexpr Duration kLease = 30ms;
constexpr Time kStart = time_from_nanoseconds(1'000'000'000);

Claim claim(std::uint64_t epoch, const char* node) { return {Epoch{epoch}, NodeId(node)}; }
LeaseVoter voter() { return LeaseVoter(kStart - kLease, kLease); }

TEST(L1_APromise, KeepsTheVoteFromEverybodyElseAsLongAsItLasts) {
  LeaseVoter vote = voter();
  EXPECT_FALSE(vote.ask(kStart, claim(5, "a"), kLease));
  EXPECT_EQ(vote.ask(kStart + kLease - 1ns, claim(9, "b"), kLease), VoteRefusal::promised);
  EXPECT_FALSE(vote.would_grant(kStart + kLease - 1ns, NodeId("b")));
  EXPECT_TRUE(vote.would_grant(kStart + kLease - 1ns, NodeId("a")));
  EXPECT_FALSE(vote.ask(kStart + kLease, claim(9, "b"), kLease));
}

TEST(L1_APromise, IsProlongedByItsClaimantAndNeverShortened) {
  LeaseVoter vote = voter();
  EXPECT_FALSE(vote.ask(kStart, claim(5, "a"), kLease));
  EXPECT_FALSE(vote.ask(kStart + 20ms, claim(6, "a"), kLease));
  EXPECT_FALSE(vote.ask(kStart + 21ms, claim(6, "a"), 1ms)) << "a question that was overtaken";
  EXPECT_EQ(vote.ask(kStart + 49ms, claim(9, "b"), kLease), VoteRefusal::promised);
  ASSERT_TRUE(vote.promise(kStart + 49ms));
  EXPECT_EQ(vote.promise(kStart + 49ms)->claim, claim(6, "a"));
  EXPECT_FALSE(vote.promise(kStart + 50ms));
}

// A node that came back asked for the vote, heard the primary and took its question back.
TEST(L1_APromise, IsNotEndedByAHigherClaimThatSomebodyElseGaveUp) {
  LeaseVoter vote = voter();
  EXPECT_FALSE(vote.ask(kStart, claim(5, "a"), kLease));
  EXPECT_EQ(vote.ask(kStart + 1ms, claim(6, "b"), kLease), VoteRefusal::promised);
  vote.given_up(claim(6, "b"));
  EXPECT_FALSE(vote.ask(kStart + 2ms, claim(5, "a"), kLease));
  EXPECT_EQ(vote.ask(kStart + 2ms + kLease, claim(6, "b"), kLease), VoteRefusal::already_given_up);
  vote.given_up(claim(5, "a"));
  EXPECT_EQ(vote.ask(kStart + 3ms + kLease, claim(5, "a"), kLease), VoteRefusal::already_given_up);
  EXPECT_FALSE(vote.ask(kStart + 3ms + kLease, claim(7, "b"), kLease));
}

TEST(L1_APromise, EndsAtTheClaimantsWordAndOldQuestionsDoNotRenewIt) {
  LeaseVoter vote = voter();
  EXPECT_FALSE(vote.ask(kStart, claim(5, "a"), kLease));
  vote.given_up(claim(5, "a"));
  EXPECT_EQ(vote.ask(kStart + 1ms, claim(5, "a"), kLease), VoteRefusal::already_given_up);
  EXPECT_FALSE(vote.ask(kStart + 1ms, claim(6, "b"), kLease));
  vote.given_up(claim(5, "a"));
  EXPECT_TRUE(vote.promise(kStart + 2ms)) << "a word about an older claim frees nobody else's vote";
}

TEST(L2_AVoter, GrantsNoLowerClaimThanItGranted) {
  LeaseVoter vote = voter();
  EXPECT_FALSE(vote.ask(kStart, claim(5, "b"), kLease));
  EXPECT_EQ(vote.ask(kStart + kLease, claim(5, "a"), kLease), VoteRefusal::lower_claim);
  EXPECT_FALSE(vote.ask(kStart + kLease, claim(5, "c"), kLease));
}

TEST(L3_ARestartedVoter, IsSilentForTheLongestLease) {
  LeaseVoter vote(kStart, kLease);
  EXPECT_EQ(vote.ask(kStart + kLease - 1ns, claim(5, "a"), kLease), VoteRefusal::restarted);
  EXPECT_FALSE(vote.would_grant(kStart + kLease - 1ns, NodeId("a")));
  EXPECT_FALSE(vote.ask(kStart + kLease, claim(5, "a"), kLease));
}

TEST(L4_TheLease, LastsUntilFewerThanAMajorityOfVotesCounts) {
  LeaseHolder lease(3);
  const Claim mine = claim(7, "a");
  lease.begin(mine);
  EXPECT_FALSE(lease.holds(kStart));
  lease.granted(0, mine, kStart, kLease);
  EXPECT_FALSE(lease.holds(kStart)) << "one of three";
  lease.granted(2, mine, kStart - 10ms, kLease);
  EXPECT_EQ(lease.until(), kStart - 10ms + kLease - lease_margin(kLease));
  lease.granted(1, mine, kStart - 5ms, kLease);
  EXPECT_EQ(lease.until(), kStart - 5ms + kLease - lease_margin(kLease));
  EXPECT_EQ(lease.votes(kStart), 3u);
  lease.end();
  EXPECT_FALSE(lease.holds(kStart));
  lease.granted(1, mine, kStart, kLease);
  EXPECT_EQ(lease.votes(kStart), 0u) << "what arrives after the end does not count";
}

TEST(L4_TheLease, IsNotGatheredFromVotesForAnotherClaim) {
  LeaseHolder lease(3);
  lease.begin(claim(7, "a"));
  lease.granted(0, claim(7, "a"), kStart, kLease);
  lease.granted(1, claim(6, "a"), kStart, kLease);
  EXPECT_FALSE(lease.holds(kStart));
  lease.raise(claim(9, "a"));
  lease.granted(1, claim(8, "a"), kStart, kLease);
  EXPECT_TRUE(lease.holds(kStart)) << "the same tenure, claimed again";
  lease.begin(claim(10, "a"));
  EXPECT_FALSE(lease.holds(kStart));
}

TEST(L5_AVoterMore, ChangesTheMajorityAtOnce) {
  LeaseHolder lease(3);
  lease.begin(claim(7, "a"));
  lease.granted(0, claim(7, "a"), kStart, kLease);
  lease.granted(1, claim(7, "a"), kStart, kLease);
  lease.reseat(4, {0, 1, 2});
  EXPECT_FALSE(lease.holds(kStart)) << "two of four";
  lease.reseat(3, {0, 1, 2});
  EXPECT_TRUE(lease.holds(kStart));
}

TEST(L5_AVoterLess, TakesItsVoteAlongAndTheOthersKeepTheirs) {
  LeaseHolder lease(3);
  lease.begin(claim(7, "a"));
  lease.granted(0, claim(7, "a"), kStart, kLease);
  lease.granted(2, claim(7, "a"), kStart, kLease);
  lease.reseat(2, {0, 2});
  EXPECT_EQ(lease.votes(kStart), 2u);
  lease.reseat(2, {0, std::nullopt});
  EXPECT_EQ(lease.votes(kStart), 1u);
  EXPECT_FALSE(lease.holds(kStart));
}

// Nodes on clocks that drift as far as clocks may, a network that loses, delays, doubles and
// reorders, nodes that restart: judged by true time.
class Cluster {
 public:
  struct Setting {
    std::uint32_t seed = 1;
    std::size_t nodes = 3;
    bool counts_from_arrival = false;  // the mistake that this test must notice
    bool forgets_its_silence = false;  // likewise
  };
  explicit Cluster(const Setting& setting) : setting_(setting), random_(setting.seed) {
    for (std::size_t i = 0; i < setting.nodes; ++i) {
      const double drift = one_of(2) == 0 ? -1e-6 : 1e-6;
      nodes_.push_back({.rate = 1.0 + drift * static_cast<double>(kMaxClockDriftPpm),
                        .offset = 1'000'000'000LL * (one_of(1000) + 1),
                        .name = NodeId(std::string(1, static_cast<char>('a' + i))),
                        .vote = LeaseVoter(kStart, kLease),
                        .lease = LeaseHolder(setting.nodes)});
      nodes_.back().vote = LeaseVoter(clock(i), kLease);
      after(1'000'000 * one_of(40), [this, i] { live(i); });
    }
  }

  // The number of moments at which two nodes held the lease.
  int run(int steps) {
    for (int step = 0; step < steps && !agenda_.empty(); ++step) {
      const auto next = agenda_.begin();
      true_ns_ = next->first;
      const auto what = std::move(next->second);
      agenda_.erase(next);
      what();
      int holders = 0;
      for (std::size_t i = 0; i < nodes_.size(); ++i) holders += nodes_[i].lease.holds(clock(i));
      overlaps_ += holders > 1;
      held_ += holders == 1;
    }
    return overlaps_;
  }
  int moments_held() const { return held_; }

 private:
  struct Node {
    double rate = 1.0;
    std::int64_t offset = 0;
    NodeId name;
    LeaseVoter vote;
    LeaseHolder lease;
    std::uint64_t epoch = 0;
    int life = 0;
    bool wants = false;
  };

  Time clock(std::size_t i) const {
    return time_from_nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(true_ns_) * nodes_[i].rate) +
        nodes_[i].offset);
  }
  std::int64_t one_of(std::int64_t count) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(count));
  }
  void after(std::int64_t ns, std::function<void()> what) {
    agenda_.emplace(true_ns_ + ns, std::move(what));
  }
  void send(const std::function<void()>& what) {
    if (one_of(100) < 15) return;
    const auto delay = [this] { return one_of(10) == 0 ? one_of(45'000'000) : one_of(2'000'000); };
    after(delay(), what);
    if (one_of(10) == 0) after(delay(), what);
  }

  // One node's next few milliseconds: it renews, begins, gives up, or restarts.
  void live(std::size_t i) {
    Node& node = nodes_[i];
    const std::int64_t fate = one_of(100);
    if (fate < 2) {
      restart(i);
    } else if (node.wants && fate < 6) {
      give_up(i);
    } else if (!node.wants && fate < 30) {
      node.wants = true;
      node.epoch = ++highest_;
      node.lease.begin({Epoch{node.epoch}, node.name});
    }
    if (node.wants) ask_everybody(i);
    after(1'000'000 + one_of(6'000'000), [this, i] { live(i); });
  }

  void restart(std::size_t i) {
    Node& node = nodes_[i];
    ++node.life;
    node.wants = false;
    node.lease.end();
    node.vote = LeaseVoter(clock(i) - (setting_.forgets_its_silence ? kLease : 0ns), kLease);
  }

  void give_up(std::size_t i) {
    Node& node = nodes_[i];
    node.wants = false;
    node.lease.end();
    const Claim mine{Epoch{node.epoch}, node.name};
    for (std::size_t to = 0; to < nodes_.size(); ++to)
      send([this, to, mine] { nodes_[to].vote.given_up(mine); });
  }

  void ask_everybody(std::size_t i) {
    Node& node = nodes_[i];
    const Claim mine{Epoch{node.epoch}, node.name};
    const Time asked = clock(i);
    for (std::size_t to = 0; to < nodes_.size(); ++to) {
      if (to == i) {
        if (!node.vote.ask(asked, mine, kLease)) node.lease.granted(i, mine, asked, kLease);
        continue;
      }
      send([this, i, to, mine, asked, life = node.life] {
        if (nodes_[to].vote.ask(clock(to), mine, kLease)) return;
        send([this, i, to, mine, asked, life] {
          if (nodes_[i].life != life) return;
          const Time from = setting_.counts_from_arrival ? clock(i) : asked;
          nodes_[i].lease.granted(to, mine, from, kLease);
        });
      });
    }
  }

  Setting setting_;
  std::mt19937 random_;
  std::vector<Node> nodes_;
  std::multimap<std::int64_t, std::function<void()>> agenda_;
  std::int64_t true_ns_ = 0;
  std::uint64_t highest_ = 0;
  int overlaps_ = 0;
  int held_ = 0;
};

TEST(TheLeaseOfACluster, IsNeverHeldByTwoAtAnyInstant) {
  int held = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Cluster cluster({.seed = seed, .nodes = 2 + seed % 6});
    ASSERT_EQ(cluster.run(5000), 0) << "seed " << seed;
    held += cluster.moments_held();
  }
  EXPECT_GT(held, 30'000) << "or nothing was proven";
}

TEST(TheLeaseOfACluster, WouldBeHeldByTwoIfVotesCountedFromTheirArrival) {
  int overlaps = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed)
    overlaps += Cluster({.seed = seed, .nodes = 3, .counts_from_arrival = true}).run(5000);
  EXPECT_GT(overlaps, 0);
}

TEST(TheLeaseOfACluster, WouldBeHeldByTwoIfARestartedVoterSpokeAtOnce) {
  int overlaps = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed)
    overlaps += Cluster({.seed = seed, .nodes = 3, .forgets_its_silence = true}).run(5000);
  EXPECT_GT(overlaps, 0);
}

}  // namespace
}  // namespace flywall::heartbeat
