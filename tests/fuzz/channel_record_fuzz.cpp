// Any bytes behind a finished handshake: what does not carry the seal ends the connection and
// delivers nothing.
#include "base/check.hpp"
#include "tests/replication/sample.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace flywall;
  using namespace flywall::replication;
  sample::Pair pair;
  pair.talk();
  FLYWALL_CHECK(pair.b.is_established());
  pair.b.receive({bytes, size}, pair.now, pair.at_b);
  FLYWALL_CHECK(pair.at_b.empty());
  FLYWALL_CHECK(!pair.b.ending() || pair.b.ending() == Ending::bad_record);
  return 0;
}
