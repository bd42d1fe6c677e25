// The log of both processes: one line per event on stderr, key=value or JSON.
//
//   time=2026-03-01T12:00:00.250Z level=info process=failover ha event=transition from=backup …
//
// What happens to the role and to addresses is logged by the failover process, what happens to
// history, the API and names by the services process. Lines leave through a bounded queue and a
// thread of their own: a reader of stderr that is slow, stopped or gone costs the oldest lines,
// never time. Every line has the word "ha", so that the guide's
// `journalctl -u flywall | grep -E "(ha|failover|vip)"` finds it. Under journald, which knows the
// time itself, the time is left out.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "daemon/config/config.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::log {

inline constexpr std::size_t kQueuedLines = 256;

struct Field {
  std::string_view key;
  std::string value;
};

struct Line {
  config::LogLevel level = config::LogLevel::info;
  std::string_view process;
  std::string_view event;
  std::vector<Field> fields;
  std::int64_t wall_ms = 0;  // zero: no time
};

// One line without its end. Values that need it are quoted and escaped: no line can be forged.
std::string format_line(const Line& line, config::LogFormat format);
Line line_of(const processes::HistoryEntry& entry);

// Call `start` once, before the others, with the name of the process, and `stop` at the end.
void start(const config::Log& settings, std::string_view process);
void stop();
// Another configuration: what is logged from now on. The format stays.
void set_level(config::LogLevel level);

void info(std::string_view event, std::initializer_list<Field> fields);
void warning(std::string_view event, std::initializer_list<Field> fields);
void error(std::string_view event, std::initializer_list<Field> fields);
void history(const processes::HistoryEntry& entry);

}  // namespace flywall::log
