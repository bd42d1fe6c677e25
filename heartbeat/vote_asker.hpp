// The questions of a node to its node witnesses, and which answers count.
//
//   An answer counts once, for the question whose instance and counter it names, and from the
//   moment at which that question was asked. Two witnesses are never one process: an answer of an
//   instance that another witness speaks for is not believed.
//
// A witness that restarted, or that this node never asked before, wants proof first: the question
// is then asked again at once, naming that answer.
//
// Pure: no socket, no key, no clock. Allocates nothing.
#pragma once

#include <array>
#include <optional>

#include "heartbeat/election_words.hpp"
#include "heartbeat/vote.hpp"

namespace flywall::heartbeat {

inline constexpr std::size_t kOpenQuestions = 8;  // per witness; the oldest is forgotten

class VoteAsker {
 public:
  struct Wish {
    VotePurpose purpose = VotePurpose::ask;
    Claim claim;
    Duration lease{};
  };
  struct Receipt {
    WitnessIndex witness = 0;
    Duration round_trip{};
    VoteVerdict verdict = VoteVerdict::prove;
    std::optional<event::WitnessAnswered> answered;
    std::optional<VoteQuestion> again;  // to be sent at once
  };

  explicit VoteAsker(InstanceId self) : self_(self) {}

  VoteQuestion ask(Time now, WitnessIndex witness, const Wish& wish);
  // Nothing: it answers nothing that was asked.
  std::optional<Receipt> receive(Time now, const VoteAnswer& answer);
  // The witness at this position is another one now.
  void forget(WitnessIndex witness) { witnesses_[witness] = {}; }

 private:
  struct Open {
    std::uint64_t counter = 0;  // zero: none
    Time asked;
    Wish wish;
    bool repeated = false;
  };
  struct Witness {
    Saying heard;
    std::array<Open, kOpenQuestions> open{};
    std::size_t next = 0;
  };
  VoteQuestion ask(Time now, WitnessIndex witness, const Open& open);
  bool is_another(WitnessIndex witness, InstanceId instance) const;

  InstanceId self_;
  std::uint64_t counter_ = 0;
  std::array<Witness, kMaxWitnesses> witnesses_{};
};

}  // namespace flywall::heartbeat
