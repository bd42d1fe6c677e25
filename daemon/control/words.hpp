// Times and durations as people read them.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace flywall::control {

// "850 ms", "3 s", "4 min 10 s", "2 h 5 min", "3 d 4 h". Negative counts as zero.
std::string in_words(Duration duration);

// "2026-03-01T12:00:00.250Z" of milliseconds since 1970.
std::string iso_time(std::int64_t wall_ms);

}  // namespace flywall::control
