// Any bytes as the handshake of a connection. First byte: 0 to an end that answers, 1 to one that
// calls, 2 to one that awaits the confirmation. Nothing is believed, nothing but the own hello is
// said.
#include "base/check.hpp"
#include "tests/replication/sample.hpp"

namespace {

using namespace flywall;
using namespace flywall::replication;

void judge(Connection& connection, Bytes bytes) {
  std::vector<Event> events;
  connection.receive(bytes, sample::kStart, events);
  FLYWALL_CHECK(!connection.is_established() && events.empty());
  FLYWALL_CHECK(connection.output(sample::kStart).size() <= kHelloSize);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(bytes + 1, size - 1);
  sample::Pair pair;
  if (bytes[0] % 3 == 0) {
    Party other = sample::answerer();  // of another life, so that the worked example is a recording
    Connection answering =
        Connection::answer(other, sample::keys(sample::other_key()), sample::kStart);
    judge(answering, rest);
  } else if (bytes[0] % 3 == 1) {
    Party other = sample::caller();
    other.ephemeral = sample::filled(0x55);
    Connection calling = Connection::call(other, sample::key(), std::nullopt, sample::kStart);
    judge(calling, rest);
  } else {
    Party other = sample::answerer();
    other.ephemeral = sample::filled(0x66);
    Connection answering = Connection::answer(other, sample::keys(sample::key()), sample::kStart);
    std::vector<Event> events;
    answering.receive(pair.a.output(sample::kStart), sample::kStart, events);
    answering.output(sample::kStart);
    judge(answering, rest);
  }
  return 0;
}
