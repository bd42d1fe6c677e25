#include "replication/record.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/replication/golden.hpp"
#include "tests/replication/sample.hpp"

namespace flywall::replication {
namespace {

using namespace sample;

// The sending key of the worked example's initiator.
Agreement agreed() {
  Initiator initiator(caller(), key(), std::nullopt);
  Responder responder(answerer(), keys(key()));
  EXPECT_TRUE(responder.receive(initiator.hello()));
  return *initiator.receive(responder.hello());
}

Buffer sealed(RecordSealer& sealer, Bytes clear, Time now = kStart) {
  Buffer room(kRecordHead + clear.size() + kRecordSeal);
  std::ranges::copy(clear, room.begin() + kRecordHead);
  sealer.seal(room, clear.size(), now);
  return room;
}

TEST(Record, TheWorkedExampleHasTheDocumentedBytes) {
  RecordSealer sealer(agreed().sending, kStart);
  const Buffer record = sealed(sealer, from_hex(golden::kClear));
  EXPECT_EQ(to_hex(record), golden::kRecord);
}

TEST(Record, TheKeyIsRenewedByTimeAndTheReceiverFollows) {
  RecordSealer sealer(agreed().sending, kStart);
  RecordOpener opener(agreed().sending);
  Buffer last = sealed(sealer, as_bytes("last"), kStart + kRekeyInterval);
  EXPECT_EQ(last[0], 2);
  ASSERT_TRUE(opener.open(last));
  Buffer next = sealed(sealer, from_hex(golden::kClear), kStart + kRekeyInterval);
  EXPECT_EQ(to_hex(next), golden::kAfterRekey);
  EXPECT_TRUE(opener.open(next));
}

TEST(Record, TheKeyIsRenewedByBytes) {
  RecordSealer sealer(agreed().sending, kStart);
  Buffer room(kMaxRecord);
  std::uint64_t records = 1;
  while (sealer.seal(room, kMaxRecordClear, kStart)[0] != 2) ++records;
  EXPECT_EQ(records, (kRekeyBytes + kMaxRecordClear - 1) / kMaxRecordClear);
}

TEST(Record, DoubledLostMovedOrForgedRecordsDoNotOpen) {
  RecordSealer sealer(agreed().sending, kStart);
  const Buffer first = sealed(sealer, as_bytes("first"));
  const Buffer second = sealed(sealer, as_bytes("second"));
  const auto opened = [](RecordOpener& opener,
                         Buffer record) -> std::expected<std::string, RecordFault> {
    const auto clear = opener.open(record);
    if (!clear) return std::unexpected(clear.error());
    return text_of(*clear);
  };
  RecordOpener doubled(agreed().sending);
  EXPECT_EQ(opened(doubled, first), "first");
  EXPECT_EQ(opened(doubled, first).error(), RecordFault::bad_seal);
  RecordOpener lost(agreed().sending);
  EXPECT_EQ(opened(lost, second).error(), RecordFault::bad_seal);
  for (std::size_t i = 0; i < first.size(); ++i) {
    RecordOpener forged(agreed().sending);
    Buffer changed = first;
    changed[i] ^= 1;
    EXPECT_FALSE(opened(forged, changed)) << i;
  }
}

TEST(Record, ALengthIsJudgedBeforeItIsWaitedFor) {
  const auto size_of = [](std::uint8_t kind, unsigned length) {
    const Buffer head{kind, 0, static_cast<std::uint8_t>(length >> 8),
                      static_cast<std::uint8_t>(length)};
    return RecordOpener::size_of(head);
  };
  EXPECT_EQ(RecordOpener::size_of(Buffer{1, 0, 0}), 0u);
  EXPECT_EQ(size_of(1, 17), 21u);
  EXPECT_EQ(size_of(1, kMaxRecordClear + kRecordSeal), kMaxRecord);
  EXPECT_EQ(size_of(1, 16).error(), RecordFault::bad_head);
  EXPECT_EQ(size_of(1, kMaxRecordClear + kRecordSeal + 1).error(), RecordFault::bad_head);
  EXPECT_EQ(size_of(3, 17).error(), RecordFault::bad_head);
}

TEST(Record, AKeyThatIsNeverRenewedIsRefused) {
  const SecretKey key = agreed().sending;
  RecordOpener opener(key);
  RecordSealer honest(key, kStart);
  Buffer record(kMaxRecord);
  std::uint64_t opened = 0;
  // Records without the mark, as a peer would send that never renews: cheap, as nothing but the
  // count matters before the seal.
  while (opened <= kMaxBytesPerKey) {
    record[0] = 1;
    record[1] = 0;
    record[2] = static_cast<std::uint8_t>((kMaxRecordClear + kRecordSeal) >> 8);
    record[3] = static_cast<std::uint8_t>(kMaxRecordClear + kRecordSeal);
    opened += kMaxRecordClear;
    const auto fault = opener.open(record).error();
    EXPECT_EQ(fault, opened > kMaxBytesPerKey ? RecordFault::overused_key : RecordFault::bad_seal);
  }
}

}  // namespace
}  // namespace flywall::replication
