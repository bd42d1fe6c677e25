// Two sessions that talk to each other over clocks of their own, and an attacker who records.
#include "heartbeat/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace flywall::heartbeat {
namespace {

constexpr Duration kWindow = 300ms;
constexpr PathIndex kPath{0};

// One node with a clock of its own and its acquaintance with the other.
struct Node {
  InstanceId instance;
  Duration clock_ahead{};  // of true time
  std::int64_t fast_ppm = 0;
  Session session{instance, kWindow};
  std::uint64_t counter = 0;
  std::uint32_t sequence = 0;

  Time clock(Time truth) const {
    return truth + clock_ahead + truth.time_since_epoch() / 1'000'000 * fast_ppm;
  }
  Contact speak(Time truth) {
    const Time now = clock(truth);
    Contact contact{instance, ++counter, now, ++sequence, session.echoes(now)};
    for (Echo& echo : contact.echoes)
      echo.held = std::chrono::floor<std::chrono::microseconds>(echo.held);
    return contact;
  }
  Receipt hear(Time truth, const Contact& contact, PathIndex path = kPath) {
    return session.receive(clock(truth), path, contact);
  }
  void restart(std::uint64_t as) {
    instance = InstanceId{as};
    session = Session(instance, kWindow);
    counter = 0;
    sequence = 0;
  }
};

struct Pair : testing::Test {
  Time truth = time_from_nanoseconds(0) + 1h;
  Node a{InstanceId{0xa1}, 5s};
  Node b{InstanceId{0xb1}, -20s};

  // Both speak, both hear half a millisecond later; returns what `a` thought of `b`.
  Receipt exchange(Duration pause = 100ms) {
    truth += pause;
    const Contact from_a = a.speak(truth);
    const Contact from_b = b.speak(truth);
    truth += 500us;
    b.hear(truth, from_a);
    return a.hear(truth, from_b);
  }
  void acquaint() {
    for (int i = 0; i < 4; ++i) exchange();
    ASSERT_EQ(a.session.proven(), b.instance);
    ASSERT_EQ(b.session.proven(), a.instance);
  }
};

TEST_F(Pair, StrangersProveEachOtherWithinThreeExchanges) {
  EXPECT_EQ(exchange().verdict, Verdict::unproven);
  const Receipt proven = exchange();
  EXPECT_EQ(proven.verdict, Verdict::fresh);
  EXPECT_TRUE(proven.new_instance);
  EXPECT_TRUE(proven.newest);
  const Receipt next = exchange();
  EXPECT_EQ(next.verdict, Verdict::fresh);
  EXPECT_FALSE(next.new_instance);
}

TEST_F(Pair, E6_what_is_said_is_never_dated_later_than_it_was_said) {
  for (const std::int64_t fast : {-200, 0, 200}) {
    b.fast_ppm = fast;
    a.fast_ppm = -fast;
    a.restart(0xa2 + static_cast<std::uint64_t>(fast + 200));
    b.restart(0xb2 + static_cast<std::uint64_t>(fast + 200));
    acquaint();
    b.hear(truth, a.speak(truth));
    truth += 250ms;  // held for long
    const Time said = a.clock(truth);
    const Contact answer = b.speak(truth);
    truth += 3ms;
    const Receipt receipt = a.hear(truth, answer);
    ASSERT_EQ(receipt.verdict, Verdict::fresh);
    EXPECT_LE(receipt.said_after, said);
    EXPECT_GE(receipt.said_after, said - 1ms) << "and not much earlier";
  }
}

TEST_F(Pair, ADatagramIsAcceptedOnce) {
  acquaint();
  truth += 100ms;
  const Contact contact = b.speak(truth);
  EXPECT_EQ(a.hear(truth + 1ms, contact).verdict, Verdict::fresh);
  EXPECT_EQ(a.hear(truth + 2ms, contact).verdict, Verdict::replayed);
  EXPECT_EQ(a.hear(truth + 2ms, contact, PathIndex{1}).verdict, Verdict::replayed);
}

TEST_F(Pair, AnOvertakenDatagramProvesLifeButIsNoNews) {
  acquaint();
  const Contact first = b.speak(truth + 10ms);
  const Contact second = b.speak(truth + 20ms);
  EXPECT_TRUE(a.hear(truth + 21ms, second).newest);
  const Receipt late = a.hear(truth + 22ms, first);
  EXPECT_EQ(late.verdict, Verdict::fresh);
  EXPECT_FALSE(late.newest);
}

TEST_F(Pair, E14_ARecordingPlayedToARestartedNodeProvesNothing) {
  acquaint();
  std::vector<Contact> recording;
  for (int i = 0; i < 20; ++i) {
    truth += 10ms;
    recording.push_back(b.speak(truth));
  }
  a.restart(0xa2);
  for (const Contact& contact : recording)
    EXPECT_EQ(a.hear(truth + 1ms, contact).verdict, Verdict::unproven);
  EXPECT_EQ(a.session.proven(), std::nullopt);
}

TEST_F(Pair, E14_ARecordingOfALivePeerIsStaleAfterOurRestartToo) {
  acquaint();
  std::vector<Contact> recording;
  for (int i = 0; i < 20; ++i) recording.push_back(b.speak(truth += 1ms));
  truth += 10s;
  a.restart(0xa2);
  acquaint();
  for (const Contact& contact : recording)
    EXPECT_EQ(a.hear(truth, contact).verdict, Verdict::stale);
}

TEST_F(Pair, E14_WithheldDatagramsAreStaleWhenTheyAreReleased) {
  acquaint();
  std::vector<Contact> withheld;
  for (int i = 0; i < 5; ++i) withheld.push_back(b.speak(truth += 100ms));
  truth += kWindow + 1ms;
  for (const Contact& contact : withheld) EXPECT_EQ(a.hear(truth, contact).verdict, Verdict::stale);
}

TEST_F(Pair, E5_APeerThatDoesNotHearUsIsDeafAndNotDead) {
  acquaint();
  Verdict verdict = Verdict::fresh;
  for (int i = 0; i < 100; ++i) {
    truth += 100ms;
    verdict = a.hear(truth + 1ms, b.speak(truth)).verdict;
  }
  EXPECT_EQ(verdict, Verdict::deaf);
  exchange();
  EXPECT_EQ(exchange().verdict, Verdict::fresh);
}

// A day of one-way traffic between clocks at the edge of the allowance; then the cable is cut and
// the attacker releases what he held back: he gains nothing from the day.
TEST_F(Pair, ADayOfDeafnessDoesNotWidenTheAllowance) {
  for (std::int64_t ppm : {-199, 0, 199}) {
    a = Node{InstanceId{0xa1}, 5s, -ppm};
    b = Node{InstanceId{0xb1}, -20s, ppm};
    acquaint();
    for (int i = 0; i < 86'400; ++i) {
      truth += 1s;
      ASSERT_EQ(a.hear(truth + 1ms, b.speak(truth)).verdict, Verdict::deaf) << i;
    }
    const Contact withheld = b.speak(truth += 1s);
    EXPECT_EQ(a.hear(truth + kWindow + 10ms, withheld).verdict, Verdict::stale) << ppm;
  }
}

TEST_F(Pair, TheAllowanceForDriftGrowsOnlyWhileNothingArrives) {
  acquaint();
  const Contact withheld = b.speak(truth);
  // 400 ppm of 1000 s are 0.4 s.
  EXPECT_EQ(a.hear(truth + 1000s, withheld).verdict, Verdict::stale);
  const Contact slow = b.speak(truth + 1000s);
  EXPECT_EQ(a.hear(truth + 1000s + kWindow + 350ms, slow).verdict, Verdict::deaf);
}

TEST_F(Pair, AClockThatStoodStillIsMappedAnewByTheNextProof) {
  acquaint();
  b.clock_ahead -= 60s;  // the machine of b was paused, its clock with it
  truth += 60s;
  EXPECT_EQ(a.hear(truth, b.speak(truth)).verdict, Verdict::stale);
  for (int i = 0; i < 3; ++i) exchange();
  EXPECT_EQ(a.session.proven(), b.instance);
  truth += kWindow + 1ms;
  EXPECT_EQ(a.hear(truth, b.speak(truth)).verdict, Verdict::deaf);
}

TEST_F(Pair, E15_ARestartedPeerSupersedesItsFormerLife) {
  acquaint();
  truth += 100ms;
  const Contact late = b.speak(truth);
  b.restart(0xb2);
  EXPECT_EQ(exchange().verdict, Verdict::unproven);
  const Receipt proven = exchange();
  EXPECT_EQ(proven.verdict, Verdict::fresh);
  EXPECT_TRUE(proven.new_instance);
  EXPECT_EQ(a.session.proven(), InstanceId{0xb2});
  EXPECT_EQ(a.session.echoes(a.clock(truth)).size(), 1U) << "no longer a candidate";
  const Receipt former = a.hear(truth, late);
  EXPECT_EQ(former.verdict, Verdict::superseded_instance);
  EXPECT_FALSE(former.duplicate_node) << "it was only late";
}

TEST_F(Pair, E15_ASupersededInstanceThatGoesOnProvingItselfIsADuplicate) {
  acquaint();
  Node twin{InstanceId{0xbb}, 3s};
  const auto all_exchange = [&] {
    truth += 100ms;
    const Contact from_a = a.speak(truth);
    b.hear(truth, from_a);
    twin.hear(truth, from_a);
    const Receipt of_b = a.hear(truth, b.speak(truth));
    const Receipt of_twin = a.hear(truth, twin.speak(truth));
    return std::pair(of_b, of_twin);
  };
  EXPECT_TRUE(all_exchange().second.new_instance);
  for (int i = 0; i < 5; ++i) {
    const auto [of_b, of_twin] = all_exchange();
    EXPECT_EQ(of_b.verdict, Verdict::superseded_instance);
    EXPECT_TRUE(of_b.duplicate_node);
    EXPECT_EQ(of_twin.verdict, Verdict::fresh) << "the younger one stays: no flapping";
    EXPECT_FALSE(of_twin.new_instance);
  }
}

TEST_F(Pair, ADepartedInstanceNeverReturnsAndRaisesNoAlarm) {
  acquaint();
  EXPECT_FALSE(a.session.depart(InstanceId{0x77}));
  EXPECT_TRUE(a.session.depart(b.instance));
  EXPECT_FALSE(a.session.depart(b.instance));
  EXPECT_EQ(a.session.proven(), std::nullopt);
  for (int i = 0; i < 3; ++i) {
    const Receipt receipt = exchange();
    EXPECT_EQ(receipt.verdict, Verdict::superseded_instance);
    EXPECT_FALSE(receipt.duplicate_node);
  }
  b.restart(0xb2);
  for (int i = 0; i < 3; ++i) exchange();
  EXPECT_EQ(a.session.proven(), InstanceId{0xb2});
}

Contact recorded(std::uint64_t life, std::uint64_t counter) {
  return {InstanceId{life}, counter, time_from_nanoseconds(0) + 5min, 1, {}};
}

TEST_F(Pair, ReplaysDoNotDisplaceTheProvenInstance) {
  acquaint();
  for (std::uint64_t i = 0; i < 10'000; ++i) a.hear(truth, recorded(1000 + i % 50, i + 1));
  EXPECT_EQ(exchange().verdict, Verdict::fresh);
  EXPECT_EQ(a.session.echoes(a.clock(truth)).size(), kMaxEchoes);
  EXPECT_EQ(a.session.echoes(a.clock(truth))[0].instance, b.instance);
}

// Both sides are flooded with recordings of the other's former lives, which come a thousand times
// more often than the nodes speak, and always just before what the nodes say.
TEST_F(Pair, ReplaysDoNotKeepARestartedPeerOut) {
  for (std::uint64_t lives : {1, 3, 4, 12, 16}) {
    a.restart(0xa0000 + lives);
    b.restart(0xb0000 + lives);
    std::uint64_t counter = 0;
    int rounds = 0;
    while (a.session.proven() != b.instance || b.session.proven() != a.instance) {
      truth += 100ms;
      const Contact from_a = a.speak(truth);
      const Contact from_b = b.speak(truth);
      truth += 500us;
      for (int i = 0; i < 1000; ++i) {
        ++counter;
        a.hear(truth, recorded(1000 + counter % lives, counter));
        b.hear(truth, recorded(2000 + counter % lives, counter));
      }
      b.hear(truth, from_a);
      a.hear(truth, from_b);
      ASSERT_LT(++rounds, 10 * (lives / 3 + 2)) << lives << " recorded lives";
    }
  }
}

TEST_F(Pair, ACandidateKeepsItsPlaceForItsTrialAndLosesItWhenItFallsSilent) {
  for (std::uint64_t life : {1, 2, 3}) a.hear(truth, recorded(life, 1));
  const auto is_echoed = [&](std::uint64_t life) {
    const auto echoes = a.session.echoes(a.clock(truth));
    return std::any_of(echoes.begin(), echoes.end(),
                       [&](const Echo& echo) { return echo.instance.value == life; });
  };
  truth += kWindow;
  a.hear(truth, recorded(4, 1));
  EXPECT_FALSE(is_echoed(4)) << "three have places and their trials go on";
  a.hear(truth, recorded(2, 2));
  truth += 1ns;
  a.hear(truth, recorded(4, 2));
  EXPECT_TRUE(is_echoed(4)) << "one fell silent";
  EXPECT_TRUE(is_echoed(2)) << "it spoke lately";
  EXPECT_EQ(a.session.echoes(a.clock(truth)).size(), 2U);
}

TEST_F(Pair, CandidatesAreForgottenAfterTheProofWindow) {
  a.hear(truth, recorded(1000, 1));
  EXPECT_EQ(a.session.echoes(a.clock(truth)).size(), 1U);
  EXPECT_EQ(a.session.echoes(a.clock(truth + kWindow)).size(), 1U);
  EXPECT_EQ(a.session.echoes(a.clock(truth + kWindow + 1ns)).size(), 0U);
}

TEST_F(Pair, AnEchoOfTheFutureOrOfTheDistantPastProvesNothing) {
  Contact contact{InstanceId{0xb9}, 1, truth, 1, {}};
  contact.echoes.push_back({a.instance, 1, a.clock(truth) + 1ns, 0ns});
  EXPECT_EQ(a.hear(truth, contact).verdict, Verdict::unproven);
  contact.echoes[0].sent = a.clock(truth) - kWindow - 1ns;
  EXPECT_EQ(a.hear(truth, contact).verdict, Verdict::unproven);
  contact.echoes[0].sent = a.clock(truth) - kWindow;
  EXPECT_EQ(a.hear(truth, contact).verdict, Verdict::fresh);
}

TEST_F(Pair, MeasuresTheRoundTripWithoutTheTimeTheEchoWasHeld) {
  for (int i = 0; i < 60; ++i) exchange();
  const Duration measured = a.session.quality(kPath).round_trip;
  EXPECT_GE(measured, 999us);
  EXPECT_LE(measured, 1002us);
}

TEST_F(Pair, CountsLossPerPathAndForgivesReordering) {
  acquaint();
  EXPECT_EQ(a.session.quality(kPath).loss_permille, 0);
  for (int i = 0; i < 64; ++i) {
    truth += 10ms;
    const Contact contact = b.speak(truth);
    if (i % 4 != 0) a.hear(truth, contact);
  }
  EXPECT_EQ(a.session.quality(kPath).loss_permille, 250);
  EXPECT_EQ(a.session.quality(PathIndex{1}).loss_permille, 0);

  std::vector<Contact> shuffled;
  for (int i = 0; i < 64; ++i) shuffled.push_back(b.speak(truth += 1ms));
  for (std::size_t i = 0; i < 64; i += 2) {
    a.hear(truth, shuffled[i + 1]);
    a.hear(truth, shuffled[i]);
  }
  EXPECT_EQ(a.session.quality(kPath).loss_permille, 0);
}

TEST_F(Pair, ARestartedPeerCountsItsPathsFromTheBeginning) {
  acquaint();
  for (int i = 0; i < 64; ++i) b.speak(truth += 1ms);
  exchange();
  EXPECT_GT(a.session.quality(kPath).loss_permille, 900);
  b.restart(0xb2);
  for (int i = 0; i < 4; ++i) exchange();
  EXPECT_EQ(a.session.quality(kPath).loss_permille, 0);
}

TEST_F(Pair, APathSequenceMayWrap) {
  b.sequence = 0xffffffff - 6;
  acquaint();
  for (int i = 0; i < 20; ++i) exchange();
  EXPECT_EQ(a.session.quality(kPath).loss_permille, 0);
}

TEST(Session, SaysTheSameToTheSameCalls) {
  static_assert(sizeof(Session) < 2300);
  Session one(InstanceId{1}, kWindow);
  Session two(InstanceId{1}, kWindow);
  for (std::uint64_t i = 1; i < 100; ++i) {
    const Contact contact = recorded(1 + i % 7, i);
    const Time now = time_from_nanoseconds(0) + 1h + i * 1ms;
    EXPECT_EQ(one.receive(now, kPath, contact).verdict, two.receive(now, kPath, contact).verdict);
    EXPECT_EQ(one.echoes(now), two.echoes(now));
  }
}

}  // namespace
}  // namespace flywall::heartbeat
