#include "heartbeat/vote_asker.hpp"

#include <utility>

namespace flywall::heartbeat {

VoteQuestion VoteAsker::ask(Time now, WitnessIndex witness, const Wish& wish) {
  return ask(now, witness, Open{.counter = 0, .asked = now, .wish = wish});
}

VoteQuestion VoteAsker::ask(Time now, WitnessIndex witness, const Open& open) {
  Witness& whom = witnesses_[witness];
  Open& place = whom.open[whom.next];
  whom.next = (whom.next + 1) % kOpenQuestions;
  place = open;
  place.counter = ++counter_;
  place.asked = now;
  return {.self = {self_, place.counter},
          .purpose = open.wish.purpose,
          .claim = open.wish.claim,
          .lease = open.wish.lease,
          .heard = whom.heard};
}

std::optional<VoteAsker::Receipt> VoteAsker::receive(Time now, const VoteAnswer& answer) {
  if (answer.question.instance != self_) return std::nullopt;
  for (WitnessIndex index = 0; index < kMaxWitnesses; ++index) {
    Witness& witness = witnesses_[index];
    for (Open& place : witness.open) {
      if (place.counter != answer.question.counter || is_another(index, answer.self.instance))
        continue;
      const Open open = std::exchange(place, {});
      witness.heard = answer.self;
      Receipt receipt{.witness = index, .round_trip = now - open.asked, .verdict = answer.verdict};
      if (answer.verdict == VoteVerdict::prove) {
        if (!open.repeated)
          receipt.again = ask(now, index, {.asked = now, .wish = open.wish, .repeated = true});
      } else if (open.wish.purpose == VotePurpose::ask) {
        receipt.answered = event::WitnessAnswered{.witness = index,
                                                  .granted = answer.verdict == VoteVerdict::granted,
                                                  .claim = open.wish.claim,
                                                  .asked = open.asked,
                                                  .lease = answer.lease,
                                                  .seen = answer.seen};
      }
      return receipt;
    }
  }
  return std::nullopt;
}

bool VoteAsker::is_another(WitnessIndex witness, InstanceId instance) const {
  for (WitnessIndex other = 0; other < kMaxWitnesses; ++other)
    if (other != witness && witnesses_[other].heard.instance == instance) return true;
  return false;
}

}  // namespace flywall::heartbeat
