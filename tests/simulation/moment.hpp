// True time, which no node can read, and the clocks that nodes do read.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

namespace flywall::simulation {

struct TrueTimeline {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<TrueTimeline, Duration>;
  static constexpr bool is_steady = true;
};

// Nanoseconds of true time since the beginning of the simulation.
using Moment = TrueTimeline::time_point;
// Long before everything; differences to it do not overflow.
inline constexpr Moment kNoMoment{Duration(-(std::int64_t{1} << 60))};
inline constexpr Moment kLastMoment = Moment::max();

// A machine's clock: starts somewhere and runs a little fast or slow.
class Clock {
 public:
  Clock() = default;
  Clock(Duration offset, std::int64_t drift_ppm) : offset_(offset), drift_ppm_(drift_ppm) {}

  // The same clock as if it had begun `up` before `moment`.
  Clock restarted(Moment moment, Duration up) const {
    const Time showed_at_first = read(Moment{});
    Clock clock = *this;
    clock.offset_ += showed_at_first + up - read(moment);
    return clock;
  }
  Time read(Moment moment) const {
    const std::int64_t elapsed = moment.time_since_epoch().count();
    return Time(offset_ + Duration(elapsed + elapsed / 1000 * drift_ppm_ / 1000));
  }
  // The first moment at which the clock shows `time` or later.
  Moment when(Time time) const {
    if (time == kNever) return kLastMoment;
    const std::int64_t shown = (time.time_since_epoch() - offset_).count();
    Moment guess{Duration(shown - shown / 1000 * drift_ppm_ / 1000)};
    while (read(guess) < time) guess += time - read(guess);
    return guess;
  }

 private:
  Duration offset_{};
  std::int64_t drift_ppm_ = 0;
};

}  // namespace flywall::simulation
