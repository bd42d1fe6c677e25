#include "daemon/control/words.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace flywall::control {

namespace {

using Days = std::chrono::duration<std::int64_t, std::ratio<86400>>;

std::string two(std::int64_t big, const char* big_unit, std::int64_t small, const char* unit) {
  std::string text = std::to_string(big) + " " + big_unit;
  if (small > 0) text += " " + std::to_string(small) + " " + unit;
  return text;
}

}  // namespace

std::string in_words(Duration duration) {
  using std::chrono::duration_cast;
  if (duration < 0ns) duration = 0ns;
  const std::int64_t seconds = duration_cast<std::chrono::seconds>(duration).count();
  if (duration < 10ms && duration > 0ns) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f ms", static_cast<double>(duration.count()) / 1e6);
    return text.data();
  }
  if (seconds < 1)
    return std::to_string(duration_cast<std::chrono::milliseconds>(duration).count()) + " ms";
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return two(seconds / 60, "min", seconds % 60, "s");
  if (seconds < 86400) return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
  return two(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

std::string iso_time(std::int64_t wall_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(wall_ms)};
  const auto day = std::chrono::floor<Days>(at);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::chrono::hh_mm_ss time{at - day};
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

}  // namespace flywall::control
