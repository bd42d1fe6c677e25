// What every command of `flywall` shares: options and exit codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace flywall::cli {

enum class Format : std::uint8_t { table, json, yaml };
enum class Color : std::uint8_t { automatic, always, never };

// CONTRACT section 2.
inline constexpr int kExitGood = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;
inline constexpr int kExitNotPermitted = 4;
inline constexpr int kExitRefused = 5;
inline constexpr int kExitWrongState = 6;
inline constexpr int kExitConfiguration = 78;
inline constexpr int kExitTimedOut = 124;

inline constexpr const char* kStandardConfiguration = "/etc/flywall/flywall.hcl";

struct Settings {
  std::string socket = "/run/flywall/api.sock";
  Format format = Format::table;
  Color color = Color::automatic;
  std::optional<Duration> watch;  // print again, so often
  bool yes = false;               // was asked already
};

}  // namespace flywall::cli
