// The witness' side and the node's side of a vote, speaking with each other.
#include "heartbeat/vote_keeper.hpp"

#include <gtest/gtest.h>

#include "heartbeat/vote_asker.hpp"

namespace flywall::heartbeat {
namespace {

constexpr Duration kLongest = 5s;
constexpr Duration kLease = 12ms;

Time at(Duration since) { return time_from_nanoseconds(1'000'000'000'000) + since; }
Claim claim(std::uint64_t epoch, std::string_view node) { return {Epoch{epoch}, NodeId(node)}; }

class Conversation : public ::testing::Test {
 protected:
  void restart_witness(Duration when) {
    keeper_ = VoteKeeper(at(when),
                         {.witness = {}, .instance = InstanceId{++lives_}, .longest = kLongest});
  }
  std::optional<VoteAnswer> put(Duration when, const VoteQuestion& question) {
    return keeper_.receive(at(when), question, ++said_);
  }
  // Until there is an answer that means something.
  std::optional<event::WitnessAnswered> ask(VoteAsker& asker, Duration when, const Claim& claim,
                                            VotePurpose purpose = VotePurpose::ask) {
    VoteQuestion question =
        asker.ask(at(when), 0, {.purpose = purpose, .claim = claim, .lease = kLease});
    for (int round = 0; round < 3; ++round) {
      const auto answer = put(when, question);
      if (!answer) return std::nullopt;
      const auto receipt = asker.receive(at(when), *answer);
      if (!receipt) return std::nullopt;
      if (!receipt->again) return receipt->answered;
      question = *receipt->again;
    }
    return std::nullopt;
  }

  std::uint64_t lives_ = 1;
  std::uint64_t said_ = 0;
  VoteKeeper keeper_{at(-1h), {.witness = {}, .instance = InstanceId{1}, .longest = kLongest}};
  VoteAsker a_{InstanceId{100}};
  VoteAsker b_{InstanceId{200}};
};

TEST_F(Conversation, AVoteIsGrantedOnceItsAskerProvedItself) {
  const auto answered = ask(a_, 0s, claim(1, "a"));
  ASSERT_TRUE(answered);
  EXPECT_TRUE(answered->granted);
  EXPECT_EQ(answered->claim, claim(1, "a"));
  EXPECT_EQ(answered->lease, kLease);
  EXPECT_EQ(answered->asked, at(0s));
}

TEST_F(Conversation, AProvenAskerNeedsOneQuestionOnly) {
  ask(a_, 0s, claim(1, "a"));
  const auto again = put(1ms, a_.ask(at(1ms), 0, {.claim = claim(1, "a"), .lease = kLease}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verdict, VoteVerdict::granted);
}

TEST_F(Conversation, NobodyElseGetsAPromisedVoteL1AndLearnsTheClaim) {
  ask(a_, 0s, claim(3, "a"));
  const auto refused = ask(b_, 5ms, claim(4, "b"));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->granted);
  EXPECT_EQ(refused->seen, claim(3, "a"));
  const auto granted = ask(b_, kLease + 1ms, claim(4, "b"));
  ASSERT_TRUE(granted);
  EXPECT_TRUE(granted->granted);
}

TEST_F(Conversation, AReleasedVoteIsFreeAtOnce) {
  ask(a_, 0s, claim(1, "a"));
  ask(a_, 1ms, claim(1, "a"), VotePurpose::release);
  EXPECT_TRUE(ask(b_, 2ms, claim(2, "b"))->granted);
}

TEST_F(Conversation, AGreetingChangesNothing) {
  ask(a_, 0s, claim(1, "a"));
  EXPECT_FALSE(ask(b_, 1ms, claim(9, "b"), VotePurpose::greet));
  EXPECT_EQ(keeper_.promise(at(2ms))->claim, claim(1, "a"));
}

TEST_F(Conversation, ARestartedWitnessGrantsNothingForTheLongestLeaseL3) {
  ask(a_, 0s, claim(1, "a"));
  restart_witness(1ms);
  EXPECT_FALSE(ask(b_, 2ms, claim(2, "b"))->granted);
  EXPECT_FALSE(ask(b_, kLongest, claim(2, "b"))->granted);
  EXPECT_TRUE(ask(b_, kLongest + 1ms, claim(2, "b"))->granted);
}

TEST_F(Conversation, NoVoteLastsLongerThanTheWitnessStaysSilentW2) {
  VoteQuestion question = a_.ask(at(0s), 0, {.claim = claim(1, "a"), .lease = 100 * kLongest});
  question = *a_.receive(at(0s), *put(0s, question))->again;
  EXPECT_EQ(put(0s, question)->lease, kLongest);
}

TEST_F(Conversation, ARecordedQuestionCountsNeitherAgainNorForARestartedWitnessW1) {
  ask(a_, 0s, claim(1, "a"));
  const VoteQuestion recorded = a_.ask(at(1ms), 0, {.claim = claim(1, "a"), .lease = kLease});
  EXPECT_TRUE(put(1ms, recorded));
  EXPECT_FALSE(put(1h, recorded));
  restart_witness(2h);
  EXPECT_EQ(put(3h, recorded)->verdict, VoteVerdict::prove);
  EXPECT_FALSE(keeper_.promise(at(3h)));
}

TEST_F(Conversation, TheProofOfAnEarlierLifeIsNoneAfterANewerOneProvedItselfW3) {
  VoteQuestion first = a_.ask(at(0s), 0, {.claim = claim(1, "a"), .lease = kLease});
  const VoteQuestion proof = *a_.receive(at(0s), *put(0s, first))->again;
  EXPECT_EQ(put(0s, proof)->verdict, VoteVerdict::granted);
  VoteAsker restarted(InstanceId{101});
  EXPECT_TRUE(ask(restarted, 1s, claim(2, "a"))->granted);
  EXPECT_EQ(put(2s, proof)->verdict, VoteVerdict::prove);
  EXPECT_EQ(put(2s, proof)->verdict, VoteVerdict::prove);
  EXPECT_FALSE(keeper_.promise(at(2s)));
}

TEST_F(Conversation, AnOldAnswerProvesNothing) {
  const auto question = a_.ask(at(0s), 0, {.claim = claim(1, "a"), .lease = kLease});
  const auto proof = a_.receive(at(0s), *put(0s, question))->again;
  const auto granted = put(0s, *proof);
  EXPECT_TRUE(a_.receive(at(1ms), *granted));
  EXPECT_FALSE(a_.receive(at(2ms), *granted));
  VoteAsker restarted(InstanceId{101});
  restarted.ask(at(3ms), 0, {.claim = claim(2, "a"), .lease = kLease});
  restarted.ask(at(3ms), 0, {.claim = claim(2, "a"), .lease = kLease});
  EXPECT_FALSE(restarted.receive(at(4ms), *granted));
}

TEST_F(Conversation, OneProcessIsNotTwoWitnesses) {
  EXPECT_TRUE(ask(a_, 0s, claim(1, "a")));
  const auto question = a_.ask(at(1ms), 1, {.claim = claim(1, "a"), .lease = kLease});
  EXPECT_FALSE(a_.receive(at(1ms), *put(1ms, question)));
}

TEST_F(Conversation, EightNamesDoNotGrowItsMemoryAndTheLongestSilentGivesWay) {
  EXPECT_TRUE(ask(a_, 0s, claim(1, "a")));
  for (std::uint64_t i = 0; i < kMaxAskers; ++i) {
    VoteAsker other(InstanceId{1000 + i});
    ask(other, 1s + std::chrono::seconds(i), claim(2 + i, "node" + std::to_string(i)));
  }
  const auto question = a_.ask(at(1h), 0, {.claim = claim(99, "a"), .lease = kLease});
  EXPECT_EQ(put(1h, question)->verdict, VoteVerdict::prove);
}

}  // namespace
}  // namespace flywall::heartbeat
