// Time as a value. The cores receive it as a parameter and never ask for it (base/clock.hpp does).
//
// A `Time` counts nanoseconds on the machine's boot-time clock: monotonic, counting suspension,
// blind to wall-clock steps. Two machines' `Time`s cannot be compared; only the rates of their
// clocks are bounded.
#pragma once

#include <chrono>
#include <cstdint>

namespace flywall {

using namespace std::chrono_literals;

// Nanoseconds; negative values are legal as differences.
using Duration = std::chrono::nanoseconds;

struct BootTimeline {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<BootTimeline, Duration>;
  static constexpr bool is_steady = true;
};

using Time = BootTimeline::time_point;

inline constexpr Time kNever = Time::max();

constexpr std::int64_t nanoseconds(Time time) { return time.time_since_epoch().count(); }
constexpr Time time_from_nanoseconds(std::int64_t ns) { return Time(Duration(ns)); }

// `time + delay`, saturating at kNever, so that "never" plus anything stays never.
constexpr Time later(Time time, Duration delay) {
  return time > kNever - delay ? kNever : time + delay;
}

}  // namespace flywall
