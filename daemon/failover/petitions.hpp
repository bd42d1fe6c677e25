// Operators' requests on their way through the election: who asked for what, until the answer.
//
// A request is renumbered: the numbers of a services process begin anew when it is started again,
// and an answer must never reach somebody who asked for something else. When the room is full the
// oldest petition is forgotten; its answer then goes nowhere.
//
// Knows no command and no election. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/inline_text.hpp"

namespace flywall::failover {

struct Petition {
  std::uint64_t number = 0;   // ours, never zero
  std::uint64_t request = 0;  // of the services process; zero: the one that asked is gone
  InlineText<63> by;          // "uid 0"
  InlineText<80> what;        // "failover to fw2"
};

class Petitions {
 public:
  static constexpr std::size_t kUnderWay = 32;

  // The number under which the answer is expected. `petition.number` is not looked at.
  std::uint64_t open(Petition petition);
  // The answer came. Nothing: forgotten, or answered before.
  std::optional<Petition> close(std::uint64_t number);
  // Nobody waits for an answer any more; for history the answers still count.
  void lose_askers();

 private:
  std::array<Petition, kUnderWay> open_{};  // by number modulo the room
  std::uint64_t last_ = 0;
};

}  // namespace flywall::failover
