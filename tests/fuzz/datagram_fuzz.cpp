// The first byte chooses: a body in clear (even), as a peer with the key could send it, or the
// bytes as they come from the network (odd). What is believed must obey the rules and come back the
// same.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/check.hpp"
#include "heartbeat/datagram.hpp"
#include "heartbeat/seal.hpp"
#include "heartbeat/session.hpp"

namespace {

using namespace flywall;
using namespace flywall::heartbeat;

using Buffer = std::array<std::uint8_t, kMaxDatagram + 1>;

// The key of the worked example in docs/protocol.md, so that the corpus holds good seals.
const Sealer& sealer() {
  static const Sealer result([] {
    SecretKey cluster;
    for (std::uint8_t i = 0; i < SecretKey::kSize; ++i) cluster.data()[i] = i;
    return heartbeat_key(cluster);
  }());
  return result;
}

void hear(const Heartbeat& heartbeat) {
  FLYWALL_CHECK(heartbeat.statement.interval >= 1ms && heartbeat.statement.detection <= 1h);
  FLYWALL_CHECK(!heartbeat.statement.sender.empty());
  Session session(InstanceId{1}, 300ms);
  for (int second : {1, 2, 3600}) {
    const Time now = time_from_nanoseconds(second * 1'000'000'000LL);
    session.receive(now, PathIndex{0}, heartbeat.contact);
    FLYWALL_CHECK(session.echoes(now).size() <= kMaxEchoes);
  }
}

void believe(Bytes clear) {
  const auto datagram = decode(clear);
  if (!datagram) return;
  Buffer again{};
  const std::size_t size = encode(*datagram, again);
  FLYWALL_CHECK(size > kHeaderSize && size <= kMaxClear);
  FLYWALL_CHECK(decode(Bytes(again).first(size)) == datagram);
  if (const auto* heartbeat = std::get_if<Heartbeat>(&*datagram)) hear(*heartbeat);
  FLYWALL_CHECK(sealer().open(MutableBytes(again).first(sealer().seal(again, size).size())));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  Buffer copy{};
  const std::size_t length = std::min(size - 1, copy.size());
  std::copy_n(bytes + 1, length, copy.begin());
  const MutableBytes datagram = MutableBytes(copy).first(length);
  if (bytes[0] % 2 == 0) {
    believe(datagram);
  } else if (const auto clear = sealer().open(datagram)) {
    believe(*clear);
  }
  return 0;
}
