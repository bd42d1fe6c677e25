// What the commands of `flywall` do: ask the daemon, print, and answer with an exit code.
#pragma once

#include <string>

#include "daemon/cli/settings.hpp"

namespace flywall::cli {

// --- reads

int show_status(const Settings& settings);
// kExitWrongState unless exactly one node is primary.
int show_cluster(const Settings& settings);
struct HistoryWish {
  unsigned limit = 20;
  std::string kind;  // "transition", "command", …; empty: all
};
int show_history(const Settings& settings, const HistoryWish& wish);

// Full screen until q or Ctrl-C; one picture when the output is no terminal.
int show_monitor(const Settings& settings);
// 0, 1, 2 or 3 as monitoring plug-ins answer.
int check(const Settings& settings);
// "status", "peers", "lag" or "stats".
int show_replication(const Settings& settings, const std::string& what);
int resync(const Settings& settings);

// --- commands: each waits for the outcome

inline constexpr Duration kFailoverLimit = 30s;  // until another node is primary, once it was begun
inline constexpr Duration kPollPause = 20ms;

struct FailoverWish {
  std::string to;  // empty: the best peer
  Duration limit{};
};
int fail_over(const Settings& settings, const FailoverWish& wish);
struct PromoteWish {
  bool force = false;
  bool fenced = false;    // the other node is switched off first
  bool unfenced = false;  // it is not, whatever the configuration says
  Duration limit{};
};
int promote(const Settings& settings, const PromoteWish& wish);
struct ResetWish {
  std::string file = kStandardConfiguration;  // names the cluster when no daemon runs
  bool keep_fence = false;                    // likewise: closed, what it dropped stays dropped
  Duration limit{};
};
int reset(const Settings& settings, const ResetWish& wish);
// "on", "off" or "now".
int fail_back(const Settings& settings, const std::string& wish, Duration limit);

// --- configuration

int check_config(const Settings& settings, const std::string& file);
// In force, with origins; of the daemon, or of `file` unless it is empty.
int show_config(const Settings& settings, const std::string& file);
int reload_config(const Settings& settings, Duration limit);
// A secret_key of 32 random bytes.
int make_key(const Settings& settings);
// The vote key of the cluster that `file` configures, as a block for the witness' configuration.
int show_vote_key(const Settings& settings, const std::string& file);

}  // namespace flywall::cli
