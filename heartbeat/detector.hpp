// When is a peer silent? One path is not the peer: it lives as long as one path is heard (E5).
//
// Times are *fair* times: the election subtracts from the clock whatever it was late itself (E13),
// so that a busy or paused judge does not mistake its own sleep for the peer's death.
//
// Invariants: a path is alive iff it was heard less than `detection` ago; the peer is alive iff one
// of its paths is, and it did not depart. Knows no message, no role, no clock.
#pragma once

#include <array>
#include <cstdint>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace flywall::heartbeat {

class Detector {
 public:
  // `detection` is the sender's own detection time (E14). Returns true when the path was silent
  // before.
  bool heard(PathIndex path, Time at, Duration detection);

  // Marks the paths that have been silent for the detection time; bit i of the result is a path
  // that fell silent now.
  std::uint8_t judge(Time at);

  // The peer said that it ends: silent on all paths at once, until heard again.
  void depart();

  // Pretends that all living paths were heard at `at`: after a pause of our own.
  void forgive(Time at);

  bool alive() const { return living_ != 0; }
  bool alive(PathIndex path) const { return (living_ >> path.value) & 1; }
  std::uint8_t living_paths() const { return living_; }
  Time last_heard() const { return last_; }
  Time last_heard(PathIndex path) const { return heard_[path.value]; }

  // When `judge` may next find a silent path; kNever when nothing lives.
  Time deadline() const { return deadline_; }

 private:
  void update_deadline();

  std::array<Time, kMaxPaths> heard_{};
  Time last_{};
  Time deadline_ = kNever;
  Duration detection_{};
  std::uint8_t living_ = 0;
};

}  // namespace flywall::heartbeat
