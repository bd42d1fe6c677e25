#include "replication/multiplexer.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/replication/golden.hpp"
#include "tests/replication/sample.hpp"

namespace flywall::replication {
namespace {

using namespace sample;
using Outcome = Multiplexer::Outcome;

struct Ends {
  Multiplexer a, b;
  std::vector<Event> at_a, at_b;
  Time now = kStart;

  static Buffer record(Multiplexer& from) {
    Buffer room(kMaxRecordClear);
    room.resize(from.fill(room));
    return room;
  }
  void carry(Multiplexer& from, Multiplexer& to, std::vector<Event>& events) {
    for (Buffer clear = record(from); !clear.empty(); clear = record(from))
      ASSERT_EQ(to.take(clear, now, events), Outcome::good);
  }
  void talk() {
    for (int round = 0; round < 4; ++round) {
      carry(a, b, at_b);
      carry(b, a, at_a);
    }
  }
  StreamId open(const char* name, std::uint8_t priority) {
    return *a.open({.name = name, .priority = priority, .packed = true});
  }
  void consume_all() {
    for (const auto& arrived : of_kind<event::Arrived>(at_b))
      b.consumed(arrived.stream, arrived.sequence);
    at_b.clear();
  }
};

Buffer clear_of(std::initializer_list<Frame> frames, Standing standing = {}) {
  Buffer room(kMaxRecordClear);
  ByteWriter out(room);
  encode(standing, out);
  for (const Frame& frame : frames) encode(frame, out);
  room.resize(out.size());
  return room;
}

Outcome taken(Multiplexer& by, std::initializer_list<Frame> frames) {
  std::vector<Event> events;
  return by.take(clear_of(frames), kStart, events);
}

TEST(Frames, TheWorkedExampleHasTheDocumentedBytes) {
  const Standing standing{.epoch = Epoch{42}, .claimant = node_tag(NodeId("fw1"))};
  EXPECT_EQ(to_hex(clear_of({frame::Open{StreamId{1}, 2, false, "flows"},
                             frame::Message{StreamId{1}, as_bytes("hello")}, frame::Ping{1000}},
                            standing)),
            golden::kClear);
}

TEST(Frames, EveryKindComesBackAndNoOtherLengthIsAccepted) {
  const Frame frames[] = {frame::Open{StreamId{7}, 3, true, "config"},
                          frame::End{StreamId{9}},
                          frame::Acknowledge{StreamId{9}, 5, 1000},
                          frame::Refuse{StreamId{1}},
                          frame::Ping{5},
                          frame::Pong{6},
                          frame::Goodbye{12}};
  for (const Frame& written : frames) {
    Buffer room(100);
    ByteWriter out(room);
    encode(written, out);
    ByteReader in(out.written());
    const auto read = decode_frame(in);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->index(), written.index());
    Buffer again(100);
    ByteWriter out_again(again);
    encode(*read, out_again);
    EXPECT_EQ(room, again);
    for (const int change : {-1, 1}) {
      Buffer other(room.begin(), room.begin() + std::ptrdiff_t(out.size()) + 1);
      other[2] = static_cast<std::uint8_t>(other[2] + change);
      ByteReader damaged(other);
      EXPECT_FALSE(decode_frame(damaged)) << "kind " << int(other[0]) << " " << change;
    }
  }
}

TEST(Multiplexer, AMessageArrivesUnderTheClaimItWasSaidUnder) {
  Ends ends;
  const Standing standing{Epoch{7}, NodeTag{9}};
  ends.a.stand(standing);
  const StreamId flows = ends.open("flows", 1);
  ASSERT_TRUE(ends.a.send(flows, as_bytes("one"), 1, ends.now));
  ends.talk();
  ASSERT_EQ(of_kind<event::Opened>(ends.at_b).size(), 1u);
  EXPECT_EQ(of_kind<event::Opened>(ends.at_b)[0].name, "flows");
  const auto arrived = of_kind<event::Arrived>(ends.at_b);
  ASSERT_EQ(arrived.size(), 1u);
  EXPECT_EQ(text_of(arrived[0].message), "one");
  EXPECT_EQ(arrived[0].standing, standing);
  EXPECT_EQ(ends.b.peer_standing(), standing);
}

TEST(Multiplexer, TheUrgentGoesFirst) {  // M1
  Ends ends;
  const StreamId bulk = ends.open("config", 5);
  const StreamId flows = ends.open("flows", 1);
  const Buffer block(kMaxMessage, 1);
  while (ends.a.send(bulk, block, 1, ends.now)) {
  }
  ends.b.take(Ends::record(ends.a), ends.now, ends.at_b);
  ASSERT_TRUE(ends.a.send(flows, as_bytes("now"), 1, ends.now));
  ends.at_b.clear();
  ends.b.take(Ends::record(ends.a), ends.now, ends.at_b);
  ASSERT_FALSE(of_kind<event::Arrived>(ends.at_b).empty());
  EXPECT_EQ(of_kind<event::Arrived>(ends.at_b)[0].stream, flows);
}

TEST(Multiplexer, EqualsTakeTurns) {  // M1
  Ends ends;
  const StreamId one = ends.open("one", 3);
  const StreamId two = ends.open("two", 3);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(ends.a.send(one, as_bytes("1"), 1, ends.now));
    ASSERT_TRUE(ends.a.send(two, as_bytes("2"), 1, ends.now));
  }
  ends.talk();
  std::string order;
  for (const auto& arrived : of_kind<event::Arrived>(ends.at_b)) order += text_of(arrived.message);
  EXPECT_EQ(order, "12121212");
}

TEST(Multiplexer, AConsumerThatDoesNothingHoldsUpItsOwnStreamOnly) {  // M2
  Ends ends;
  const StreamId slow = ends.open("slow", 1);
  const StreamId quick = ends.open("quick", 5);
  const Buffer block(1000, 1);
  std::size_t given = 0;
  while (ends.a.send(slow, block, 1, ends.now)) {
    ++given;
    ends.talk();
  }
  EXPECT_EQ(of_kind<event::Arrived>(ends.at_b).size(), kWindow / 1000);
  EXPECT_EQ(given, kWindow / 1000 + kMaxQueued / 1000);  // M3
  ASSERT_TRUE(ends.a.send(quick, as_bytes("through"), 1, ends.now));
  ends.talk();
  EXPECT_EQ(text_of(of_kind<event::Arrived>(ends.at_b).back().message), "through");
  std::size_t arrived = 0;
  for (int i = 0; i < 10; ++i) {
    arrived += of_kind<event::Arrived>(ends.at_b).size();
    ends.consume_all();
    ends.talk();
  }
  EXPECT_EQ(arrived, given + 1);
}

TEST(Multiplexer, ManySmallMessagesAreBoundedToo) {  // M2
  Ends ends;
  const StreamId flows = ends.open("flows", 1);
  for (std::size_t i = 0; i < kMaxUnconsumed + 50; ++i)
    ASSERT_TRUE(ends.a.send(flows, as_bytes("x"), 1, ends.now));
  ends.talk();
  EXPECT_EQ(of_kind<event::Arrived>(ends.at_b).size(), kMaxUnconsumed);
  ends.consume_all();
  ends.talk();
  EXPECT_EQ(of_kind<event::Arrived>(ends.at_b).size(), 50u);
}

TEST(Multiplexer, LagIsTheAgeOfTheOldestMessageNotConsumed) {  // M4
  Ends ends;
  const StreamId flows = ends.open("flows", 1);
  ASSERT_TRUE(ends.a.send(flows, as_bytes("one"), 10, ends.now));
  ends.now += 5ms;
  ASSERT_TRUE(ends.a.send(flows, as_bytes("two"), 3, ends.now));
  ends.talk();
  EXPECT_EQ(ends.a.lag(ends.now + 2ms).time, 7ms);
  EXPECT_EQ(ends.a.lag(ends.now).entries, 13u);
  ends.b.consumed(flows, 1);
  ends.talk();
  EXPECT_EQ(ends.a.lag(ends.now + 2ms).time, 2ms);
  EXPECT_EQ(ends.a.lag(flows, ends.now).entries, 3u);
  EXPECT_EQ(ends.a.acknowledged(flows), 1u);
  ends.b.consumed(flows, 2);
  ends.talk();
  EXPECT_EQ(ends.a.lag(ends.now + 1s).time, Duration{});
}

TEST(Multiplexer, AStreamEndsAfterWhatWaits) {
  Ends ends;
  const StreamId config = ends.open("config", 4);
  ASSERT_TRUE(ends.a.send(config, as_bytes("all"), 1, ends.now));
  ends.a.end(config);
  EXPECT_FALSE(ends.a.send(config, as_bytes("more"), 1, ends.now));
  ends.talk();
  EXPECT_EQ(of_kind<event::Ended>(ends.at_b).size(), 1u);
  ends.consume_all();
  ends.talk();
  EXPECT_EQ(ends.a.streams() + ends.b.streams(), 0u);
}

TEST(Multiplexer, ARefusedStreamGoesAndItsRestIsDropped) {
  Ends ends;
  const StreamId strange = ends.open("strange", 4);
  ASSERT_TRUE(ends.a.send(strange, as_bytes("one"), 1, ends.now));
  ends.carry(ends.a, ends.b, ends.at_b);
  ends.b.refuse(strange);
  ASSERT_TRUE(ends.a.send(strange, as_bytes("two"), 1, ends.now));
  ends.talk();
  EXPECT_EQ(of_kind<event::Refused>(ends.at_a).size(), 1u);
  EXPECT_EQ(of_kind<event::Arrived>(ends.at_b).size(), 1u);
  EXPECT_EQ(ends.a.streams() + ends.b.streams(), 0u);
}

TEST(Multiplexer, StreamsAreOfferedUpToTheirLimitAndComeBack) {
  Ends ends;
  for (std::size_t round = 0; round < 5; ++round) {
    std::vector<StreamId> opened;
    while (const auto id = ends.a.open({.name = "s", .priority = 1, .packed = false}))
      opened.push_back(*id);
    ASSERT_EQ(opened.size(), kMaxStreams);
    for (const StreamId id : opened) ends.a.end(id);
    ends.talk();
    ASSERT_EQ(ends.a.streams() + ends.b.streams(), 0u);
  }
}

TEST(Multiplexer, APongGivesTheRoundTripAndAForgedOneNone) {
  Ends ends;
  ends.a.ping(ends.now);
  EXPECT_EQ(taken(ends.a, {frame::Pong{1}}), Outcome::good);
  EXPECT_FALSE(ends.a.round_trip());
  ends.carry(ends.a, ends.b, ends.at_b);
  ends.now += 3ms;
  ends.carry(ends.b, ends.a, ends.at_a);
  EXPECT_EQ(ends.a.round_trip(), 3ms);
}

TEST(Multiplexer, AnUnknownKindIsSkippedForALaterMinor) {
  Ends ends;
  Buffer clear = clear_of({});
  clear.insert(clear.end(), {200, 0, 2, 1, 2});
  EXPECT_EQ(ends.b.take(clear, kStart, ends.at_b), Outcome::good);
}

TEST(Multiplexer, APeerThatBreaksARuleIsNotTalkedToAnyMore) {  // M6
  const auto fresh = [](std::initializer_list<Frame> frames) {
    Multiplexer multiplexer;
    return taken(multiplexer, frames);
  };
  const StreamId one{1};
  const frame::Open open{one, 1, false, "s"}, packed{one, 1, true, "s"};
  const Buffer large(kMaxMessage + 1, 0);
  EXPECT_EQ(fresh({}), Outcome::bad);
  EXPECT_EQ(fresh({frame::Message{one, as_bytes("x")}}), Outcome::bad);
  EXPECT_EQ(fresh({open, open}), Outcome::bad);
  EXPECT_EQ(fresh({open, frame::End{one}, frame::End{one}}), Outcome::bad);
  EXPECT_EQ(fresh({open, frame::End{one}, frame::Message{one, as_bytes("x")}}), Outcome::bad);
  EXPECT_EQ(fresh({open, frame::Message{one, large}}), Outcome::bad);
  EXPECT_EQ(fresh({packed, frame::Message{one, as_bytes("no zstd frame")}}), Outcome::bad);
  EXPECT_EQ(fresh({frame::Acknowledge{one, 0, 0}}), Outcome::bad);
  EXPECT_EQ(fresh({frame::Refuse{one}}), Outcome::bad);
  EXPECT_EQ(fresh({frame::Goodbye{8}}), Outcome::goodbye);
}

TEST(Multiplexer, CreditAndAcknowledgementsAreNotBelievedBeyondWhatWasSent) {  // M6
  for (const auto& [consumed, allowed] :
       std::initializer_list<std::pair<std::uint64_t, std::uint64_t>>{
           {2, kWindow}, {~0ULL, kWindow}, {1, kWindow - 1}, {1, kWindow + 2}, {1, ~0ULL}}) {
    Ends ends;
    const StreamId flows = ends.open("flows", 1);
    ASSERT_TRUE(ends.a.send(flows, as_bytes("x"), 1, ends.now));
    Ends::record(ends.a);
    EXPECT_EQ(taken(ends.a, {frame::Acknowledge{flows, consumed, allowed}}), Outcome::bad)
        << consumed << " " << allowed;
  }
}

TEST(Multiplexer, MoreThanItsCreditEndsThePeer) {  // M2, M6
  Multiplexer multiplexer;
  std::vector<Event> events;
  const Buffer block(kMaxMessage, 0);
  ASSERT_EQ(taken(multiplexer, {frame::Open{StreamId{1}, 1, false, "s"}}), Outcome::good);
  for (std::size_t i = 0; i < kWindow / kMaxMessage; ++i)
    ASSERT_EQ(taken(multiplexer, {frame::Message{StreamId{1}, block}}), Outcome::good);
  EXPECT_EQ(taken(multiplexer, {frame::Message{StreamId{1}, as_bytes("x")}}), Outcome::bad);
}

TEST(Multiplexer, AFloodOfPingsMakesNoMemoryGrow) {
  Multiplexer multiplexer;
  for (int i = 0; i < 2000; ++i)
    ASSERT_EQ(taken(multiplexer, {frame::Ping{static_cast<std::uint64_t>(i)}}), Outcome::good);
  Buffer room(kMaxRecordClear);
  EXPECT_LE(multiplexer.fill(room), kStandingSize + kMaxControlBytes);
}

}  // namespace
}  // namespace flywall::replication
