#include "daemon/witness/vote_desk.hpp"

#include <gtest/gtest.h>

namespace flywall::witness {
namespace {

using namespace heartbeat;

SecretKey key(std::uint8_t first) {
  SecretKey key;
  key.data()[0] = first;
  return vote_key(key);
}
Time at(Duration since) { return time_from_nanoseconds(1'000'000'000'000) + since; }

std::vector<VoteDesk::Cluster> clusters() {
  return {{.id = "one", .vote_key = key(1), .longest = 1s},
          {.id = "two", .vote_key = key(2), .longest = 1s}};
}

std::vector<std::uint8_t> sealed(const Sealer& sealer, std::uint64_t counter, Saying heard = {}) {
  std::vector<std::uint8_t> room(kMaxVoteSize);
  const VoteQuestion question{.self = {InstanceId{5}, counter},
                              .claim = {Epoch{1}, NodeId("a")},
                              .lease = 10ms,
                              .heard = heard};
  room.resize(sealer.seal(room, encode(question, room)).size());
  return room;
}

// Asks until it is proven; the last verdict.
VoteVerdict asked(VoteDesk& desk, std::uint8_t whose, Time when) {
  const Sealer sealer(key(whose));
  VoteAnswer answer;
  Saying heard;
  static std::uint64_t counter = 0;
  for (int round = 0; round < 2; ++round) {
    auto question = sealed(sealer, ++counter, heard);
    const auto served = desk.receive(when, question);
    std::vector<std::uint8_t> said(served->answer.begin(), served->answer.end());
    answer = *decode_answer(*sealer.open(said));
    heard = answer.self;
  }
  return answer.verdict;
}

TEST(VoteDesk, VotesForEachClusterByItself) {
  VoteDesk desk(NodeId("rack"), InstanceId{9});
  desk.configure(clusters(), at(0s));
  EXPECT_EQ(asked(desk, 1, at(2s)), VoteVerdict::granted);
  EXPECT_EQ(asked(desk, 2, at(2s)), VoteVerdict::granted);
}

TEST(VoteDesk, SaysNothingToStrangers) {
  VoteDesk desk(NodeId("rack"), InstanceId{9});
  desk.configure(clusters(), at(0s));
  auto foreign = sealed(Sealer(key(3)), 1);
  EXPECT_FALSE(desk.receive(at(1s), foreign));
  auto broken = sealed(Sealer(key(1)), 1);
  broken.back() ^= 1;
  EXPECT_FALSE(desk.receive(at(1s), broken));
  std::vector<std::uint8_t> nothing;
  EXPECT_FALSE(desk.receive(at(1s), nothing));
  EXPECT_EQ(desk.refused(), 3U);
  EXPECT_EQ(desk.answered(), 0U);
}

TEST(VoteDesk, AReloadKeepsThePromisesOfThoseWhoStayAndANewClusterBeginsSilent) {
  VoteDesk desk(NodeId("rack"), InstanceId{9});
  desk.configure({clusters()[0]}, at(0s));
  EXPECT_EQ(asked(desk, 1, at(2s)), VoteVerdict::granted);
  desk.configure(clusters(), at(2s));
  EXPECT_EQ(asked(desk, 1, at(2001ms)), VoteVerdict::granted);
  EXPECT_EQ(asked(desk, 2, at(2001ms)), VoteVerdict::refused);
  EXPECT_EQ(asked(desk, 2, at(4s)), VoteVerdict::granted);
  desk.configure({clusters()[1]}, at(4s));
  auto gone = sealed(Sealer(key(1)), 1000);
  EXPECT_FALSE(desk.receive(at(5s), gone));
}

}  // namespace
}  // namespace flywall::witness
