// The log of the services process: one line per event on stderr, key=value or JSON.
//
//   time=2026-03-01T12:00:00.250Z level=warning ha event=peer_unresolved peer=fw2.example …
//
// What happens to the role and to addresses is logged by the failover process, not here.
// Lines leave through a bounded queue and a thread of their own: a reader of stderr that is slow,
// stopped or gone costs the oldest lines (counted), never time. Every line has the word "ha", so
// that the guide's `journalctl -u flywall | grep -E "(ha|failover|vip)"` finds it. Under journald,
// which knows the time itself, the time is left out.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "daemon/config/config.hpp"

namespace flywall::services {

inline constexpr std::size_t kLogQueue = 256;  // lines

struct LogField {
  std::string_view key;
  std::string value;
};

struct LogLine {
  config::LogLevel level = config::LogLevel::info;
  std::string_view event;
  std::vector<LogField> fields;
  std::int64_t wall_ms = 0;  // zero: no time
};

// One line without its end. Values that need it are quoted and escaped: no line can be forged.
std::string format_line(const LogLine& line, config::LogFormat format);

// Call once, before the others, and `stop_log` at the end.
void start_log(const config::Log& settings);
void stop_log();

void log_info(std::string_view event, std::initializer_list<LogField> fields);
void log_warning(std::string_view event, std::initializer_list<LogField> fields);
void log_error(std::string_view event, std::initializer_list<LogField> fields);

// At most `most` times per `window`; for what strangers can cause.
class RateLimit {
 public:
  RateLimit(unsigned most, Duration window) : most_(most), window_(window) {}
  bool allows(Time now);

 private:
  unsigned most_;
  Duration window_;
  Time begin_;
  unsigned used_ = 0;
};

}  // namespace flywall::services
