// What the commands of `flywall` do: ask the daemon, print, and answer with an exit code.
#pragma once

#include <cstdint>
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

inline constexpr Duration kFailoverLimit = 30s;
inline constexpr Duration kPollPause = 20ms;

struct Settings {
  std::string socket = "/run/flywall/api.sock";
  Format format = Format::table;
  Color color = Color::automatic;
};

int show_status(const Settings& settings);
// kExitWrongState unless exactly one node is primary.
int show_cluster(const Settings& settings);
int show_history(const Settings& settings, unsigned limit);
// Asks for a failover and waits until another node is primary.
int fail_over(const Settings& settings);
int check_config(const Settings& settings, const std::string& file);

}  // namespace flywall::cli
