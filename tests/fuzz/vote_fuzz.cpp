// The first byte chooses: the body of a question (0) or answer (1) in clear, as who has the vote
// key could send it, or bytes from the network for a witness (2). What is believed obeys the rules,
// comes back the same, and leaves the vote with somebody it was promised to.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/check.hpp"
#include "heartbeat/seal.hpp"
#include "heartbeat/vote_asker.hpp"
#include "heartbeat/vote_keeper.hpp"

namespace {

using namespace flywall;
using namespace flywall::heartbeat;

using Buffer = std::array<std::uint8_t, kMaxDatagram + 1>;

const Sealer& sealer() {
  static const Sealer result([] {
    SecretKey cluster;
    for (std::uint8_t i = 0; i < SecretKey::kSize; ++i) cluster.data()[i] = i;
    return vote_key(cluster);
  }());
  return result;
}

void believe_question(Bytes clear) {
  const auto question = decode_question(clear);
  if (!question) return;
  Buffer again{};
  const std::size_t size = encode(*question, again);
  FLYWALL_CHECK(size > 0 && size + kSealSize <= kMaxVoteSize);
  FLYWALL_CHECK(decode_question(Bytes(again).first(size)) == question);
  const Time now = time_from_nanoseconds(3'600'000'000'000);
  VoteKeeper keeper(now - 1h, {.witness = {}, .instance = InstanceId{1}, .longest = 1s});
  auto answer = keeper.receive(now, *question, 1);
  FLYWALL_CHECK(answer && answer->verdict == VoteVerdict::prove);
  VoteQuestion proof = *question;
  ++proof.self.counter;
  proof.heard = answer->self;
  answer = keeper.receive(now, proof, 2);
  if (answer && answer->verdict == VoteVerdict::granted)
    FLYWALL_CHECK(answer->lease <= 1s && keeper.promise(now)->claim == proof.claim);
}

void believe_answer(Bytes clear) {
  const auto answer = decode_answer(clear);
  if (!answer) return;
  Buffer again{};
  const std::size_t size = encode(*answer, again);
  FLYWALL_CHECK(size > 0 && decode_answer(Bytes(again).first(size)) == answer);
  VoteAsker asker(answer->question.instance);
  const Time now = time_from_nanoseconds(1'000'000'000);
  asker.ask(now, 0, {.claim = {Epoch{1}, NodeId("a")}, .lease = 1ms});
  const auto receipt = asker.receive(now, *answer);
  FLYWALL_CHECK(!receipt || answer->question.counter == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  Buffer copy{};
  const std::size_t length = std::min(size - 1, copy.size());
  std::copy_n(bytes + 1, length, copy.begin());
  const MutableBytes datagram = MutableBytes(copy).first(length);
  if (bytes[0] % 3 == 0) believe_question(datagram);
  if (bytes[0] % 3 == 1) believe_answer(datagram);
  if (bytes[0] % 3 == 2)
    if (const auto clear = sealer().open(datagram)) believe_question(*clear);
  return 0;
}
