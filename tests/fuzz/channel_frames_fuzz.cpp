// Any frames of a peer that has authenticated itself, against an end that has streams of its own.
// Input: records as a length of two bytes and the clear bytes. What is held stays within its
// bounds.
#include <algorithm>
#include <map>

#include "base/check.hpp"
#include "tests/replication/sample.hpp"

namespace {

using namespace flywall;
using namespace flywall::replication;

struct Victim {
  Multiplexer streams;
  std::map<StreamId, std::uint64_t> unconsumed;
  Time now = sample::kStart;

  Victim() {
    const auto flows = streams.open({.name = "flows", .priority = 1, .packed = true});
    FLYWALL_CHECK(flows && streams.send(*flows, as_bytes("one"), 1, now));
    streams.ping(now);
    speak();
  }
  void speak() {
    Buffer room(kMaxRecordClear);
    while (streams.fill(room) != 0) {
    }
  }
  bool hear(Bytes record) {
    std::vector<Event> events;
    const auto outcome = streams.take(record, now, events);
    for (const auto& arrived : sample::of_kind<event::Arrived>(events)) {
      FLYWALL_CHECK(!arrived.message.empty() && arrived.message.size() <= kMaxMessage);
      FLYWALL_CHECK((unconsumed[arrived.stream] += arrived.message.size()) <= kWindow);
      if (arrived.sequence % 2 != 0) continue;
      streams.consumed(arrived.stream, arrived.sequence);
      unconsumed[arrived.stream] = 0;
    }
    for (const auto& opened : sample::of_kind<event::Opened>(events))
      if (opened.name == "no") streams.refuse(opened.stream);
    FLYWALL_CHECK(streams.streams() <= 3 * kMaxStreams);
    now += 1ms;
    return outcome == Multiplexer::Outcome::good;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Victim victim;
  ByteReader in({bytes, size});
  while (in.remaining() > 0) {
    const std::size_t length = in.read<std::uint16_t>();
    const Bytes record = in.take(std::min(length, in.remaining()));
    if (!victim.hear(record)) return 0;
    victim.speak();
  }
  return 0;
}
