#include "replication/connection.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/replication/sample.hpp"

namespace flywall::replication {
namespace {

using namespace sample;

TEST(Connection, TwoNodesMeetAndKnowEachOther) {
  Pair pair;
  pair.talk();
  ASSERT_TRUE(pair.a.is_established() && pair.b.is_established());
  EXPECT_EQ(pair.a.agreement().peer.node, NodeId("fw2"));
  EXPECT_EQ(pair.b.agreement().peer.node, NodeId("fw1"));
}

TEST(Connection, AnotherSecretIsRefusedInSilence) {
  Pair pair;
  pair.b = Connection::answer(answerer(), keys(other_key()), kStart);
  pair.talk();
  EXPECT_EQ(pair.b.ending(), Ending::refused);
  EXPECT_EQ(pair.b.refusal(), Refusal::unknown_key);
  EXPECT_EQ(pair.b.wire_sent(), 0u);
  pair.a.broke();
  EXPECT_EQ(pair.a.ending(), Ending::unanswered);
}

TEST(Connection, AHandshakeHasATimeLimit) {  // H6
  Pair pair;
  EXPECT_EQ(pair.b.deadline(), kStart + kHandshakeLimit);
  pair.b.pass(kStart + kHandshakeLimit - 1ns);
  EXPECT_FALSE(pair.b.ending());
  pair.b.pass(kStart + kHandshakeLimit);
  EXPECT_EQ(pair.b.ending(), Ending::handshake_late);
}

TEST(Connection, APeerThatSaysNothingIsLostAndOneThatAnswersIsNot) {
  Pair pair;
  pair.talk();
  for (int i = 0; i < 20; ++i) {
    pair.now = std::min(pair.a.deadline(), pair.b.deadline());
    pair.a.pass(pair.now);
    pair.b.pass(pair.now);
    pair.talk();
  }
  ASSERT_TRUE(!pair.a.ending() && !pair.b.ending());
  EXPECT_GE(pair.now, kStart + kSilence);
  const Time heard = pair.now;
  while (!pair.a.ending()) {
    pair.now = pair.a.deadline();
    pair.a.pass(pair.now);
    Pair::all_output(pair.a, pair.now);
  }
  EXPECT_EQ(pair.a.ending(), Ending::silent);
  EXPECT_EQ(pair.now, heard + kSilence);
}

TEST(Connection, AGoodbyeTellsTheOtherEndWhy) {
  Pair pair;
  pair.talk();
  pair.a.hang_up(Ending::key_retired);
  pair.talk();
  EXPECT_EQ(pair.b.ending(), Ending::key_retired);
  EXPECT_TRUE(pair.b.peer_said_so());
  EXPECT_FALSE(pair.a.peer_said_so());
}

// Whatever pieces TCP makes of it, the same arrives.
TEST(Connection, AStreamChoppedAnyhowArrivesWholeAndInOrder) {
  EXPECT_TRUE(rc::check("chopped", [](const std::vector<std::uint16_t>& sizes,
                                      const std::vector<std::uint8_t>& chops) {
    Pair pair;
    std::size_t cut = 0;
    const auto deliver = [&](Connection& from, Connection& to, std::vector<Event>& events) {
      const Buffer bytes = Pair::all_output(from, pair.now);
      for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t chop = chops.empty() ? 1000 : 1 + chops[cut++ % chops.size()] * 7;
        const std::size_t part = std::min<std::size_t>(chop, bytes.size() - at);
        to.receive(Bytes(bytes).subspan(at, part), pair.now, events);
        at += part;
      }
    };
    for (int i = 0; i < 3; ++i) {
      deliver(pair.a, pair.b, pair.at_b);
      deliver(pair.b, pair.a, pair.at_a);
    }
    RC_ASSERT(pair.a.is_established() && pair.b.is_established());
    const StreamId stream = *pair.a.streams().open({"flows", 1, sizes.size() % 2 == 0});
    std::string sent, arrived;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::string message(1 + sizes[i] % kMaxMessage, static_cast<char>('a' + i % 26));
      sent += message;
      while (!pair.a.streams().send(stream, as_bytes(message), 1, pair.now)) {
        deliver(pair.a, pair.b, pair.at_b);
        for (const auto& one : of_kind<event::Arrived>(pair.at_b)) {
          arrived += text_of(one.message);
          pair.b.streams().consumed(one.stream, one.sequence);
        }
        pair.at_b.clear();
        deliver(pair.b, pair.a, pair.at_a);
      }
    }
    for (int i = 0; i < 20; ++i) {
      deliver(pair.a, pair.b, pair.at_b);
      for (const auto& one : of_kind<event::Arrived>(pair.at_b)) {
        arrived += text_of(one.message);
        pair.b.streams().consumed(one.stream, one.sequence);
      }
      pair.at_b.clear();
      deliver(pair.b, pair.a, pair.at_a);
    }
    RC_ASSERT(sent == arrived);
    RC_ASSERT(pair.a.streams().lag(pair.now).entries == 0u);
  }));
}

TEST(Connection, CutAtAnyByteNothingHalfIsBelieved) {
  Pair whole;
  whole.talk();
  const StreamId stream = *whole.a.streams().open({"flows", 1, true});
  whole.a.streams().send(stream, as_bytes("one"), 1, whole.now);
  const Buffer record = Pair::all_output(whole.a, whole.now);
  for (std::size_t length = 0; length < record.size(); ++length) {
    Pair pair;
    pair.talk();
    pair.b.receive(Bytes(record).first(length), pair.now, pair.at_b);
    EXPECT_TRUE(pair.at_b.empty());
    pair.b.broke();
    EXPECT_EQ(pair.b.ending(), Ending::lost);
  }
  for (std::size_t length = 0; length < kHelloSize; ++length) {
    Pair pair;
    const Buffer hello = Pair::all_output(pair.a, pair.now);
    pair.b.receive(Bytes(hello).first(length), pair.now, pair.at_b);
    EXPECT_FALSE(pair.b.is_established());
    EXPECT_TRUE(Pair::all_output(pair.b, pair.now).empty());  // H3
  }
}

TEST(Connection, AChangedBitAnywhereEndsIt) {
  Pair whole;
  whole.talk();
  const StreamId stream = *whole.a.streams().open({"flows", 1, true});
  whole.a.streams().send(stream, as_bytes("one"), 1, whole.now);
  const Buffer record = Pair::all_output(whole.a, whole.now);
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    Pair pair;
    pair.talk();
    Buffer changed = record;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    pair.b.receive(changed, pair.now, pair.at_b);
    EXPECT_TRUE(pair.at_b.empty());
    const bool longer = bit / 8 == 2 || bit / 8 == 3;  // may wait for more than there is
    EXPECT_TRUE(pair.b.ending() == Ending::bad_record || (longer && !pair.b.ending())) << bit;
  }
}

TEST(Connection, AfterAuthenticationAHostilePeerIsCutOffToo) {  // M6
  Pair pair;
  pair.talk();
  RecordSealer hostile(pair.a.agreement().sending, kStart);
  RecordSealer spent = hostile;
  // The honest connection has not sent a record yet: its counter is still the first.
  Buffer room(kRecordHead + kStandingSize + 3 + kRecordSeal, 0);
  room[kRecordHead + kStandingSize] = 2;
  const Bytes record = spent.seal(room, kStandingSize + 3, kStart);
  pair.b.receive(record, pair.now, pair.at_b);
  EXPECT_EQ(pair.b.ending(), Ending::bad_frame);
  EXPECT_TRUE(pair.at_b.empty());
  pair.talk();
  EXPECT_EQ(pair.a.ending(), Ending::bad_frame);
  EXPECT_TRUE(pair.a.peer_said_so());
}

}  // namespace
}  // namespace flywall::replication
