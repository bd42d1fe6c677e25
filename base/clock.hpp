// The one place where a program asks what time it is. Shells and composition only; pure cores take
// `Time`.
#pragma once

#include <ctime>

#include "base/time.hpp"

namespace flywall {

// CLOCK_BOOTTIME through the vDSO: no system call. Never fails on Linux >= 2.6.39.
inline Time now() {
  timespec reading{};
  clock_gettime(CLOCK_BOOTTIME, &reading);
  return time_from_nanoseconds(reading.tv_sec * 1'000'000'000LL + reading.tv_nsec);
}

// Wall clock in milliseconds since 1970, for people only: history, logs, answers. No decision uses
// it.
inline std::int64_t wall_clock_ms() {
  timespec reading{};
  clock_gettime(CLOCK_REALTIME, &reading);
  return reading.tv_sec * 1000LL + reading.tv_nsec / 1'000'000;
}

}  // namespace flywall
