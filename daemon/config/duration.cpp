#include <array>
#include <charconv>
#include <cmath>

#include "daemon/config/schema.hpp"
#include "daemon/config/value.hpp"

namespace flywall::config {

namespace {

struct Unit {
  std::string_view name;
  Duration length;
};

// Longer names first where one begins like another.
constexpr std::array kUnits{Unit{"ns", 1ns}, Unit{"us", 1us}, Unit{"ms", 1ms}, Unit{"min", 1min},
                            Unit{"s", 1s},   Unit{"m", 1min}, Unit{"h", 1h},   Unit{"d", 24h}};
constexpr double kLongest = 1e18;  // nanoseconds

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    double count = 0;
    const char* const end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, count, std::chars_format::fixed);
    if (error != std::errc() || text.front() < '0' || text.front() > '9') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits)
      if (!unit && text.starts_with(candidate.name)) unit = &candidate;
    if (!unit) return std::nullopt;
    text.remove_prefix(unit->name.size());
    total += count * static_cast<double>(unit->length.count());
    if (!(total <= kLongest)) return std::nullopt;
  }
  return Duration(std::llround(total));
}

std::string duration_text(Duration duration) {
  static constexpr std::array kShown{Unit{"h", 1h}, Unit{"m", 1min}, Unit{"s", 1s}, Unit{"ms", 1ms},
                                     Unit{"us", 1us}};
  if (duration == Duration::zero()) return "0s";
  for (const Unit& unit : kShown)
    if (duration % unit.length == Duration::zero())
      return std::to_string(duration / unit.length) + std::string(unit.name);
  return std::to_string(duration.count()) + "ns";
}

}  // namespace flywall::config
