#include "heartbeat/datagram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

#include "tests/heartbeat/sample.hpp"

namespace flywall::heartbeat {
namespace {

using sample::Buffer;
using sample::clear;

constexpr std::string_view kHeartbeatBytes =
    "0101000000000000da85e7f8822f76a0"
    "112233445566778800000000000003e8"
    "03070000003200000000000000000000"
    "002a000186a0000493e00123456789ab"
    "cdef000000012a05f2000000014e0100"
    "03667731030010000000000000002a00"
    "000000055d4a8004001c99aabbccddee"
    "ff0000000000000007d000000001a13b"
    "8600000005dc050008e4e0ca42894aa4"
    "a506000a040a00000104c0a80101";
constexpr std::string_view kOfferBytes =
    "0101000000000000da85e7f8822f76a0"
    "112233445566778800000000000003e8"
    "04070001003200000000000000000000"
    "002a000186a0000493e00123456789ab"
    "cdef000000012a05f2000000014e0100"
    "03667731030010000000000000002a00"
    "000000055d4a8004001c99aabbccddee"
    "ff0000000000000007d000000001a13b"
    "8600000005dc050008e4e0ca42894aa4"
    "a506000a040a00000104c0a801010700"
    "10000000000000002be4e0ca42894aa4"
    "a5";
constexpr std::string_view kVotesBytes =
    "0101000000000000da85e7f8822f76a0"
    "112233445566778800000000000003e8"
    "03070002003200000000000000000000"
    "002a000186a0000493e00123456789ab"
    "cdef000000012a05f2000000014e0100"
    "03667731030010000000000000002a00"
    "000000055d4a8004001c99aabbccddee"
    "ff0000000000000007d000000001a13b"
    "8600000005dc050008e4e0ca42894aa4"
    "a506000a040a00000104c0a801010900"
    "14000000000000002ada85e7f8822f76"
    "a0000493e00a001103da85e7f8822f76"
    "a0e4e0ca42894aa4a5";
constexpr std::string_view kWillBytes =
    "0102000000000000da85e7f8822f76a0"
    "112233445566778800000000000003e9"
    "000000000000002a010003667731";

constexpr std::size_t kFixedSize = 46;
constexpr std::size_t kFirstField = kHeaderSize + kFixedSize;

void append_field(Buffer& bytes, std::uint8_t type, const Buffer& value) {
  bytes.push_back(type);
  bytes.push_back(static_cast<std::uint8_t>(value.size() >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value.size()));
  bytes.insert(bytes.end(), value.begin(), value.end());
}

Refusal refusal(const Buffer& bytes) {
  const auto decoded = decode(bytes);
  if (decoded) ADD_FAILURE() << "was believed: " << sample::to_hex(bytes);
  return decoded ? Refusal::unproven : decoded.error();
}

TEST(Datagram, AHeartbeatHasTheDocumentedBytes) {
  EXPECT_EQ(sample::to_hex(clear(sample::heartbeat())), kHeartbeatBytes);
  EXPECT_EQ(decode(sample::from_hex(kHeartbeatBytes)), Datagram(sample::heartbeat()));
}

TEST(Datagram, AnOfferHasTheDocumentedBytes) {
  EXPECT_EQ(sample::to_hex(clear(sample::offer())), kOfferBytes);
  EXPECT_EQ(decode(sample::from_hex(kOfferBytes)), Datagram(sample::offer()));
}

TEST(Datagram, VotesHaveTheDocumentedBytes) {
  EXPECT_EQ(sample::to_hex(clear(sample::votes())), kVotesBytes);
  EXPECT_EQ(decode(sample::from_hex(kVotesBytes)), Datagram(sample::votes()));
}

TEST(Datagram, AVoterSetIsOfOneToNineAndHasAllThatAreNamed) {
  for (const std::uint8_t size : {0, 1, 10}) {
    Buffer bytes = clear(sample::votes());
    bytes[bytes.size() - 17] = size;  // before the two tags
    EXPECT_EQ(refusal(bytes), Refusal::malformed) << int{size};
  }
}

TEST(Datagram, AWishIsTwoFlagsAndWillingnessAThird) {
  struct Case {
    Wish wish;
    bool accepts;
    std::uint8_t flags;
  };
  for (const Case& one :
       {Case{Wish::none, false, 7}, Case{Wish::failback, true, 7 + 8 + 32},
        Case{Wish::promote, true, 7 + 16 + 32}, Case{Wish::force, false, 7 + 8 + 16}}) {
    Heartbeat heartbeat = sample::heartbeat();
    heartbeat.statement.wish = one.wish;
    heartbeat.statement.accepts_offer = one.accepts;
    const Buffer bytes = clear(heartbeat);
    EXPECT_EQ(bytes[kHeaderSize + 1], one.flags);
    EXPECT_EQ(decode(bytes), Datagram(heartbeat));
  }
}

TEST(Datagram, APenaltyIsPartOfThePriority) {
  Heartbeat heartbeat = sample::heartbeat();
  heartbeat.statement.penalty = 49;
  EXPECT_EQ(decode(clear(heartbeat)), Datagram(heartbeat));
  heartbeat.statement.penalty = heartbeat.statement.rank.priority;
  EXPECT_EQ(refusal(clear(heartbeat)), Refusal::malformed);
}

TEST(Datagram, OnlyWhoHandsOverOffersAndOnlyAboveItsClaim) {
  Heartbeat heartbeat = sample::offer();
  heartbeat.statement.offer.epoch = heartbeat.statement.claim.epoch;
  EXPECT_EQ(refusal(clear(heartbeat)), Refusal::malformed);
  heartbeat = sample::offer();
  heartbeat.statement.state = State::primary;
  EXPECT_EQ(refusal(clear(heartbeat)), Refusal::malformed);
  Buffer twice = clear(sample::offer());
  append_field(twice, 7, Buffer(16, 1));
  EXPECT_EQ(refusal(twice), Refusal::malformed);
  Buffer nothing = clear(sample::heartbeat());
  append_field(nothing, 7, Buffer(16));
  EXPECT_EQ(refusal(nothing), Refusal::malformed);
  Buffer cut = clear(sample::heartbeat());
  append_field(cut, 7, Buffer(15, 1));
  EXPECT_EQ(refusal(cut), Refusal::malformed);
}

TEST(Datagram, AWillHasTheDocumentedBytes) {
  EXPECT_EQ(sample::to_hex(clear(sample::will())), kWillBytes);
  EXPECT_EQ(decode(sample::from_hex(kWillBytes)), Datagram(sample::will()));
}

TEST(Datagram, AnOrdinaryHeartbeatFitsThreePathsIntoAKilobytePerSecond) {
  constexpr std::size_t kEthernetIpv4Udp = 14 + 20 + 8;
  const std::size_t size = clear(sample::heartbeat()).size() + kSealSize + kEthernetIpv4Udp;
  EXPECT_LE(size, 230U);
  EXPECT_LT(3 * size, 1000U);
}

NodeId any_node(std::size_t least) {
  const auto size = *rc::gen::inRange<std::size_t>(least, NodeId::kMaxLength + 1);
  std::string name;
  for (std::size_t i = 0; i < size; ++i)
    name += static_cast<char>(
        *rc::gen::oneOf(rc::gen::inRange(0x20, 0x7f), rc::gen::inRange(0x80, 0x100)));
  return NodeId(name);
}

template <class T>
T any() {
  return *rc::gen::oneOf(rc::gen::arbitrary<T>(), rc::gen::inRange<T>(0, 10),
                         rc::gen::just(std::numeric_limits<T>::max()));
}

Time any_time() {
  return time_from_nanoseconds(static_cast<std::int64_t>(any<std::uint64_t>() >> 3));
}
Duration any_held() { return std::chrono::microseconds(any<std::uint32_t>()); }
Duration any_timer() {
  return std::chrono::microseconds(*rc::gen::inRange<std::int64_t>(1000, 3'600'000'001));
}

Contact any_contact() {
  Contact contact;
  contact.instance = InstanceId{any<std::uint64_t>() | 1};
  contact.counter = any<std::uint64_t>() | 1;
  contact.sent = any_time();
  contact.path_sequence = any<std::uint32_t>();
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i)
    contact.echoes.push_back(
        {InstanceId{any<std::uint64_t>() | 1}, any<std::uint64_t>(), any_time(), any_held()});
  return contact;
}

Statement any_statement() {
  Statement statement;
  statement.sender = any_node(1);
  statement.state = static_cast<State>(*rc::gen::inRange<int>(0, kStates));
  const bool own = holds_claim(statement.state) || *rc::gen::arbitrary<bool>();
  statement.claim = {Epoch{any<std::uint64_t>() | 1}, own ? statement.sender : any_node(0)};
  statement.tenure = Epoch{any<std::uint64_t>()};
  statement.held_for = std::chrono::microseconds(any<std::uint64_t>() >> 13);
  statement.rank = {static_cast<FaultClass>(*rc::gen::inRange<int>(0, kFaultClasses)),
                    *rc::gen::arbitrary<bool>(),
                    static_cast<std::uint16_t>(any<std::uint16_t>() | 1)};
  statement.eligible = *rc::gen::arbitrary<bool>();
  statement.holder_alive = *rc::gen::arbitrary<bool>();
  statement.wish = static_cast<Wish>(*rc::gen::inRange(0, 4));
  statement.accepts_offer = *rc::gen::arbitrary<bool>();
  const bool may_offer = statement.claim.epoch < Epoch{std::numeric_limits<std::uint64_t>::max()};
  if (statement.state == State::handing_over && may_offer && *rc::gen::arbitrary<bool>())
    statement.offer = {statement.claim.epoch.next(), NodeTag{any<std::uint64_t>()}};
  statement.interval = any_timer();
  statement.detection = any_timer();
  for (int i = *rc::gen::inRange(0, 7); i > 0; --i)
    statement.heard.push_back(NodeTag{any<std::uint64_t>()});
  if (*rc::gen::arbitrary<bool>())
    statement.grant = {Epoch{any<std::uint64_t>() | 1}, NodeTag{any<std::uint64_t>()}, any_held()};
  statement.voters.size =
      static_cast<std::uint8_t>(*rc::gen::inRange<std::size_t>(0, kMaxVoters + 1));
  for (int i = *rc::gen::inRange<int>(0, statement.voters.size + 1); i > 0; --i)
    statement.voters.known.push_back(NodeTag{any<std::uint64_t>()});
  statement.address_digest = any<std::uint64_t>();
  statement.protocol_minor = any<std::uint8_t>();
  statement.features = any<std::uint32_t>();
  return statement;
}

TEST(Datagram, WhateverIsEncodedIsDecodedToTheSame) {
  EXPECT_TRUE(rc::check([] {
    Heartbeat heartbeat{any_statement(), any_contact(), {}};
    for (int i = *rc::gen::inRange(0, 9); i > 0; --i) {
      const auto bytes =
          *rc::gen::container<Buffer>(i % 2 == 0 ? 4 : 16, rc::gen::arbitrary<std::uint8_t>());
      heartbeat.addresses.push_back(*IpAddress::from_bytes(bytes));
    }
    const Buffer bytes = clear(heartbeat);
    RC_ASSERT(!bytes.empty());
    const auto decoded = decode(bytes);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == Datagram(heartbeat));
  }));
  EXPECT_TRUE(rc::check([] {
    const Will will{any_node(1), InstanceId{any<std::uint64_t>() | 1}, any<std::uint64_t>() | 1,
                    Epoch{any<std::uint64_t>()}};
    const auto decoded = decode(clear(will));
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == Datagram(will));
  }));
}

TEST(Datagram, DurationsBeyondTheirFieldAreCutNotWrapped) {
  Heartbeat heartbeat = sample::heartbeat();
  heartbeat.contact.echoes[0].held = 24h;
  heartbeat.statement.held_for = -1s;
  heartbeat.contact.sent = kNever;
  const auto decoded = std::get<Heartbeat>(*decode(clear(heartbeat)));
  EXPECT_EQ(decoded.contact.echoes[0].held, std::chrono::microseconds(UINT32_MAX));
  EXPECT_EQ(decoded.statement.held_for, 0s);
  EXPECT_EQ(decoded.contact.sent, kMaxInstant);
}

TEST(Datagram, ARoomTooSmallIsSaidSo) {
  const std::size_t size = clear(sample::heartbeat()).size();
  Buffer room(kMaxClear);
  for (std::size_t i = 0; i < size; ++i)
    EXPECT_EQ(encode(sample::heartbeat(), MutableBytes(room).first(i)), 0U) << i;
  EXPECT_EQ(encode(sample::heartbeat(), MutableBytes(room).first(size)), size);
}

TEST(Datagram, NobodyIsTheClaimantWhereNobodyEverClaimed) {
  Heartbeat heartbeat = sample::heartbeat();
  heartbeat.statement.state = State::init;
  heartbeat.statement.claim = {};
  EXPECT_EQ(decode(clear(heartbeat)), Datagram(heartbeat));
}

TEST(Datagram, EveryTruncationIsRefused) {
  for (const Datagram& datagram : {Datagram(sample::heartbeat()), Datagram(sample::will())}) {
    const Buffer whole = clear(datagram);
    std::size_t believed = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto decoded = decode(Bytes(whole).first(size));
      // Fields are optional, so a cut between two of them leaves a body of good form; the seal is
      // what finds that out.
      if (decoded)
        ++believed;
      else
        EXPECT_EQ(decoded.error(), size < kHeaderSize ? Refusal::truncated : Refusal::malformed);
    }
    EXPECT_LE(believed, 4U);
  }
}

TEST(Datagram, UnknownFieldsAreSkippedWhereverTheyStand) {
  Buffer bytes = clear(sample::heartbeat());
  Buffer unknown;
  append_field(unknown, 200, {1, 2, 3});
  append_field(unknown, 0, {});
  append_field(unknown, 200, Buffer(300));
  bytes.insert(bytes.begin() + kFirstField, unknown.begin(), unknown.end());
  append_field(bytes, 11, {});
  EXPECT_EQ(decode(bytes), Datagram(sample::heartbeat()));

  Buffer will = clear(sample::will());
  append_field(will, 6, {1, 2, 3});
  append_field(will, 99, {1});
  EXPECT_EQ(decode(will), Datagram(sample::will()));
}

TEST(Datagram, AKnownFieldThatComesTwiceOrHasTheWrongSizeIsMalformed) {
  struct Case {
    std::uint8_t type;
    Buffer value;
  };
  const Case cases[] = {
      {1, {'f', 'w', '1'}},   // a second sender
      {2, Buffer(64, 'x')},   // a claimant too long
      {2, {'f', '\n'}},       // a name with a control character
      {3, Buffer(16)},        // a second tenure
      {4, Buffer(28, 1)},     // a second list of echoes
      {5, Buffer(8)},         // a second list of the heard
      {6, {4, 10, 0, 0, 1}},  // a second list of addresses
  };
  for (const Case& one : cases) {
    Buffer bytes = clear(sample::heartbeat());
    append_field(bytes, one.type, one.value);
    EXPECT_EQ(refusal(bytes), Refusal::malformed) << int(one.type);
  }
}

TEST(Datagram, ListsLongerThanTheirLimitOrCutInsideAreMalformed) {
  Heartbeat bare = sample::heartbeat();
  bare.contact.echoes.clear();
  bare.statement.heard.clear();
  bare.addresses.clear();
  bare.statement.tenure = {};
  bare.statement.held_for = {};
  struct Case {
    std::uint8_t type;
    std::size_t size;
    bool good;
  };
  for (const Case& one : {Case{3, 15, false},
                          {3, 17, false},
                          {4, 0, true},
                          {4, 28, true},
                          {4, 27, false},
                          {4, 4 * 28, true},
                          {4, 5 * 28, false},
                          {5, 48, true},
                          {5, 47, false},
                          {5, 56, false},
                          {5, 1001, false}}) {
    Buffer bytes = clear(bare);
    append_field(bytes, one.type, Buffer(one.size, 1));
    EXPECT_EQ(decode(bytes).has_value(), one.good) << int(one.type) << " of " << one.size;
  }
  for (const Buffer& addresses : {Buffer{4, 1, 2, 3}, Buffer{5, 1, 2, 3, 4}, Buffer{6, 1, 2, 3, 4},
                                  Buffer{0}, Buffer(5 * 9, 4)}) {
    Buffer bytes = clear(bare);
    append_field(bytes, 6, addresses);
    EXPECT_EQ(refusal(bytes), Refusal::malformed);
  }
}

// Changes one byte (counted from the start of the body) of the worked example.
Buffer with(std::size_t offset, std::initializer_list<std::uint8_t> values) {
  Buffer bytes = clear(sample::heartbeat());
  std::copy(values.begin(), values.end(), bytes.begin() + kHeaderSize + offset);
  return bytes;
}

TEST(Datagram, ValuesAgainstTheRulesAreMalformed) {
  EXPECT_EQ(refusal(with(0, {kStates})), Refusal::malformed);
  EXPECT_EQ(refusal(with(2, {kFaultClasses})), Refusal::malformed);
  EXPECT_EQ(refusal(with(4, {0, 0})), Refusal::malformed) << "priority 0";
  EXPECT_EQ(refusal(with(10, {0, 0, 0, 0, 0, 0, 0, 0})), Refusal::malformed) << "holder, epoch 0";
  EXPECT_EQ(refusal(with(18, {0, 0, 3, 231})), Refusal::malformed) << "interval of 999 us";
  EXPECT_EQ(refusal(with(22, {0xff, 0xff, 0xff, 0xff})), Refusal::malformed) << "detection > 1 h";
  EXPECT_EQ(refusal(with(34, {0x20, 0, 0, 0, 0, 0, 0, 1})), Refusal::malformed) << "sent";
  EXPECT_TRUE(decode(with(1, {0xff}))) << "unknown flags are ignored";

  Heartbeat other = sample::heartbeat();
  other.statement.claim.claimant = NodeId("fw2");
  EXPECT_EQ(refusal(clear(other)), Refusal::malformed) << "a holder claims for itself";
  Heartbeat nobody = sample::heartbeat();
  nobody.contact.instance = {};
  EXPECT_EQ(refusal(clear(nobody)), Refusal::malformed);
  Heartbeat uncounted = sample::heartbeat();
  uncounted.contact.counter = 0;
  EXPECT_EQ(refusal(clear(uncounted)), Refusal::malformed);
}

TEST(Datagram, ANameThatIsNotThatOfTheHeaderIsAForeignSender) {
  Buffer bytes = clear(sample::heartbeat());
  bytes[8] ^= 1;
  EXPECT_EQ(refusal(bytes), Refusal::foreign_sender);
  Buffer will = clear(sample::will());
  will.back() ^= 1;
  EXPECT_EQ(refusal(will), Refusal::foreign_sender);
}

TEST(Datagram, TheHeaderIsReadWithoutTheBody) {
  const Buffer bytes = clear(sample::heartbeat());
  const auto header = decode_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->kind, Kind::heartbeat);
  EXPECT_EQ(header->sender, node_tag(NodeId("fw1")));
  EXPECT_EQ(header->instance, InstanceId{0x1122334455667788});
  EXPECT_EQ(header->counter, 1000U);
  Buffer other = bytes;
  other[0] = 2;
  EXPECT_EQ(decode_header(other).error(), Refusal::version);
  other = bytes;
  other[1] = 3;
  EXPECT_EQ(decode_header(other).error(), Refusal::type);
  EXPECT_EQ(decode_header(Bytes(bytes).first(31)).error(), Refusal::truncated);
}

TEST(Datagram, EveryNumberOfTheWireHasItsName) {
  for (std::uint8_t i = 0; i < kStates; ++i)
    EXPECT_STRNE(name_of(static_cast<State>(i)), "unknown");
  for (std::uint8_t i = 0; i < kFaultClasses; ++i)
    EXPECT_STRNE(name_of(static_cast<FaultClass>(i)), "unknown");
  for (std::uint8_t i = 0; i < kVerdicts; ++i) {
    const auto verdict = static_cast<Verdict>(i);
    EXPECT_STRNE(name_of(verdict), "unknown");
    const auto reason = refusal_of(verdict);
    EXPECT_STREQ(name_of(reason.value_or(Refusal::stale)), reason ? name_of(verdict) : "stale");
  }
  for (std::uint8_t i = 0; i < kRefusals; ++i)
    EXPECT_STRNE(name_of(static_cast<Refusal>(i)), "unknown");
  EXPECT_EQ(refusal_of(Verdict::fresh), std::nullopt);
  EXPECT_EQ(refusal_of(Verdict::deaf), std::nullopt);
}

}  // namespace
}  // namespace flywall::heartbeat
