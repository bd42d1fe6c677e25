#include "daemon/log/log.hpp"

#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "base/clock.hpp"

namespace flywall::log {

namespace {

constexpr std::size_t kLongestLine = PIPE_BUF;  // written whole or not at all
constexpr int kPatienceMs = 100;                // with a reader that was not slow so far

config::LogFormat format = config::LogFormat::text;
bool with_time = true;
std::string process_name;

// Writes to stderr without ever waiting long: a pipe that polls writable takes PIPE_BUF bytes.
class StderrSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line(message.payload.data(), std::min(message.payload.size(), kLongestLine - 1));
    line += '\n';
    pollfd end{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    const bool writable = poll(&end, 1, stuck_ ? 0 : kPatienceMs) == 1 && (end.revents & POLLOUT);
    stuck_ = !writable || write(STDERR_FILENO, line.data(), line.size()) < 0;
  }
  void flush_() override {}

 private:
  bool stuck_ = false;
};

spdlog::level::level_enum to_spdlog(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug:
      return spdlog::level::debug;
    case config::LogLevel::info:
      return spdlog::level::info;
    case config::LogLevel::warning:
      return spdlog::level::warn;
    case config::LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

void write_line(Line line) {
  spdlog::logger* logger = spdlog::default_logger_raw();
  if (!logger || !logger->should_log(to_spdlog(line.level))) return;
  if (!with_time)
    line.wall_ms = 0;
  else if (line.wall_ms == 0)
    line.wall_ms = wall_clock_ms();
  line.process = process_name;
  const std::string text = format_line(line, format);
  logger->log(to_spdlog(line.level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace

void start(const config::Log& settings, std::string_view process) {
  process_name = process;
  format = settings.format;
  with_time = std::getenv("JOURNAL_STREAM") == nullptr;
  spdlog::init_thread_pool(kQueuedLines, 1);
  // Lives longer than the thread that writes to it.
  static const auto sink = std::make_shared<StderrSink>();
  auto logger = std::make_shared<spdlog::async_logger>(
      "ha", sink, spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(to_spdlog(settings.level));
  spdlog::set_default_logger(std::move(logger));
}

void stop() { spdlog::shutdown(); }

void set_level(config::LogLevel level) {
  if (spdlog::logger* logger = spdlog::default_logger_raw()) logger->set_level(to_spdlog(level));
}

void info(std::string_view event, std::initializer_list<Field> fields) {
  write_line({.level = config::LogLevel::info, .event = event, .fields = fields});
}

void warning(std::string_view event, std::initializer_list<Field> fields) {
  write_line({.level = config::LogLevel::warning, .event = event, .fields = fields});
}

void error(std::string_view event, std::initializer_list<Field> fields) {
  write_line({.level = config::LogLevel::error, .event = event, .fields = fields});
}

void history(const processes::HistoryEntry& entry) { write_line(line_of(entry)); }

}  // namespace flywall::log
