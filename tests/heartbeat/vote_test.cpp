#include "heartbeat/vote.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "heartbeat/seal.hpp"
#include "tests/heartbeat/sample.hpp"

namespace flywall::heartbeat {
namespace {

using sample::Buffer;

VoteQuestion question() {
  return {.self = {InstanceId{0x1122334455667788}, 7},
          .purpose = VotePurpose::ask,
          .claim = {Epoch{42}, NodeId("fw-a")},
          .lease = 12ms,
          .heard = {InstanceId{0x99aabbccddeeff00}, 1000}};
}

VoteAnswer answer() {
  return {.self = {InstanceId{0x99aabbccddeeff00}, 1001},
          .witness = node_tag(NodeId("rack")),
          .verdict = VoteVerdict::granted,
          .question = question().self,
          .seen = {Epoch{42}, NodeId("fw-a")},
          .lease = 12ms};
}

template <class Message>
Buffer encoded(const Message& message) {
  Buffer room(kMaxVoteSize);
  room.resize(encode(message, room));
  return room;
}

constexpr std::string_view kQuestion =
    "01030000000000005208cf5c39f8c77d"
    "11223344556677880000000000000007"
    "01040000000000000000002a00002ee0"
    "99aabbccddeeff0000000000000003e8"
    "66772d61";
constexpr std::string_view kAnswer =
    "0104000000000000800ce828a5439e4e"
    "99aabbccddeeff0000000000000003e9"
    "01040000112233445566778800000000"
    "00000007000000000000002a00002ee0"
    "66772d61";

TEST(Vote, TheWorkedExampleHasTheDocumentedBytes) {
  EXPECT_EQ(sample::to_hex(encoded(question())), kQuestion);
  EXPECT_EQ(sample::to_hex(encoded(answer())), kAnswer);
  const SecretKey key = vote_key(sample::cluster_key());
  EXPECT_EQ(sample::to_hex(Bytes(key.bytes())),
            "eaee43033d2a2dcf36d9d7154a0aecc316157dcaac5a58a22e11bc1043cf4c35");
}

TEST(Vote, TheDocumentShowsTheSameBytes) {
  std::ifstream file(FLYWALL_SOURCE_DIR "/docs/protocol.md");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  EXPECT_NE(text.find(kQuestion), std::string::npos);
  EXPECT_NE(text.find(kAnswer), std::string::npos);
}

TEST(Vote, WhatIsEncodedIsDecodedAgain) {
  for (const VotePurpose purpose : {VotePurpose::ask, VotePurpose::release, VotePurpose::greet}) {
    VoteQuestion said = question();
    said.purpose = purpose;
    EXPECT_EQ(decode_question(encoded(said)), said);
  }
  for (const VoteVerdict verdict :
       {VoteVerdict::granted, VoteVerdict::refused, VoteVerdict::released, VoteVerdict::prove,
        VoteVerdict::greeted}) {
    VoteAnswer said = answer();
    said.verdict = verdict;
    EXPECT_EQ(decode_answer(encoded(said)), said);
  }
  VoteAnswer unknowing = answer();
  unknowing.verdict = VoteVerdict::refused;
  unknowing.seen = {};
  EXPECT_EQ(decode_answer(encoded(unknowing)), unknowing);
}

TEST(Vote, AnAnswerIsNeverLongerThanTheLongestQuestion) {
  VoteQuestion longest = question();
  longest.claim.claimant = NodeId(std::string(NodeId::kMaxLength, 'a'));
  VoteAnswer wordy = answer();
  wordy.seen.claimant = longest.claim.claimant;
  EXPECT_LE(encoded(wordy).size(), encoded(longest).size());
  EXPECT_EQ(encoded(longest).size() + kSealSize, kMaxVoteSize);
}

TEST(Vote, EveryTruncationIsRefused) {
  const Buffer asked = encoded(question());
  const Buffer said = encoded(answer());
  for (std::size_t size = 0; size < asked.size(); ++size)
    EXPECT_FALSE(decode_question(Bytes(asked).first(size))) << size;
  for (std::size_t size = 0; size < said.size(); ++size)
    EXPECT_FALSE(decode_answer(Bytes(said).first(size))) << size;
}

TEST(Vote, BodiesAgainstTheRulesAreRefused) {
  const auto refused = [](VoteQuestion said) {
    const auto decoded = decode_question(encoded(said));
    return decoded ? std::nullopt : std::optional(decoded.error());
  };
  VoteQuestion epochless = question();
  epochless.claim.epoch = {};
  EXPECT_EQ(refused(epochless), Refusal::malformed);
  VoteQuestion timeless = question();
  timeless.lease = {};
  EXPECT_EQ(refused(timeless), Refusal::malformed);
  VoteQuestion countless = question();
  countless.self.counter = 0;
  EXPECT_EQ(refused(countless), Refusal::malformed);
  Buffer purposeless = encoded(question());
  purposeless[kHeaderSize] = 9;
  EXPECT_EQ(decode_question(purposeless).error(), Refusal::malformed);
  Buffer foreign = encoded(question());
  foreign[8] ^= 1;
  EXPECT_EQ(decode_question(foreign).error(), Refusal::foreign_sender);
  EXPECT_EQ(decode_answer(encoded(question())).error(), Refusal::type);
  EXPECT_EQ(decode_question(encoded(answer())).error(), Refusal::type);
}

TEST(Vote, TheVoteKeyOpensNoHeartbeatAndTheHeartbeatKeyNoVote) {
  const Sealer votes(vote_key(sample::cluster_key()));
  const Sealer heartbeats(heartbeat_key(sample::cluster_key()));
  Buffer room(kMaxDatagram);
  const Bytes beat = heartbeats.seal(room, encode(Datagram(sample::heartbeat()), room));
  Buffer copy(beat.begin(), beat.end());
  EXPECT_EQ(votes.open(copy).error(), Refusal::unknown_key);
  const Bytes vote = votes.seal(room, encode(question(), room));
  copy.assign(vote.begin(), vote.end());
  EXPECT_EQ(heartbeats.open(copy).error(), Refusal::unknown_key);
  copy.assign(vote.begin(), vote.end());
  EXPECT_EQ(decode_question(*votes.open(copy)), question());
}

TEST(Vote, AHeartbeatsDecoderKnowsNoVote) {
  EXPECT_EQ(decode(encoded(question())).error(), Refusal::type);
  EXPECT_EQ(decode(encoded(answer())).error(), Refusal::type);
}

}  // namespace
}  // namespace flywall::heartbeat
