// E12: nobody chatters or spins. E13: after a pause nobody speaks before its sockets are read and
// somebody was heard, or a detection time has passed.
#pragma once

#include "tests/simulation/findings.hpp"
#include "tests/simulation/truth.hpp"

namespace flywall::simulation {

class SpeechChecker {
 public:
  SpeechChecker(const Plan& plan, const Truth& truth, Findings& findings)
      : plan_(plan), truth_(truth), findings_(findings) {}

  void begin() { views_ = {}; }
  void started(std::size_t machine) { views_[machine] = {}; }
  void resumed(std::size_t machine);
  void drained(std::size_t machine) { views_[machine].drained = true; }
  void heard(std::size_t machine) { views_[machine].heard = true; }
  void spoke(std::size_t machine, int copies);
  void ticked(std::size_t machine);

 private:
  // A node may say one statement an interval, and as many more as the core's limit; a window may
  // meet two intervals.
  static constexpr int kMaxInWindow = 2 * (1 + heartbeat::kMaxExtraSpeeches);
  static constexpr int kWindows = 8;
  static constexpr int kMaxInWindows = (kWindows + 1) * (1 + heartbeat::kMaxExtraSpeeches);

  // Each path of each peer may fall silent at a moment of its own.
  static constexpr int kMaxTicksInWindow = 100;

  struct View {
    Moment since{};
    bool must_ask = false;  // paused for too long, has not yet earned the right to speak
    bool drained = false;
    bool heard = false;
    std::int64_t window = -1;
    int in_window = 0;
    std::int64_t windows = -1;
    int in_windows = 0;
    std::int64_t tick_window = -1;
    int ticks = 0;
  };
  std::string name(std::size_t machine) const {
    return plan_.name_of_machine(machine, truth_.body[machine].node);
  }

  const Plan& plan_;
  const Truth& truth_;
  Findings& findings_;
  std::array<View, kMaxMachines> views_{};
};

}  // namespace flywall::simulation
