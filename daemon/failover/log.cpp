#include "daemon/failover/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "heartbeat/election.hpp"

namespace flywall::failover {

namespace {

using processes::Happening;
using processes::HistoryEntry;

constexpr std::size_t kQueuedLines = 256;

spdlog::level::level_enum level_of(config::LogLevel level) {
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

spdlog::level::level_enum level_of(Happening happening) {
  switch (happening) {
    case Happening::peer_silent:
    case Happening::path_silent:
    case Happening::paused:
    case Happening::address_restored:
    case Happening::address_foreign:
    case Happening::services_restarted:
    case Happening::address_mismatch:
    case Happening::epoch_unreserved:
      return spdlog::level::warn;
    case Happening::split_brain:
    case Happening::address_failed:
    case Happening::duplicate_node:
    case Happening::address_in_use:
      return spdlog::level::err;
    case Happening::transition:
    case Happening::peer_alive:
    case Happening::path_alive:
    case Happening::claimed_again:
    case Happening::addresses_taken:
    case Happening::addresses_dropped:
    case Happening::link_changed:
    case Happening::command:
      return spdlog::level::info;
  }
  return spdlog::level::info;
}

bool concerns_addresses(Happening happening) {
  return std::string_view(processes::name_of(happening)).starts_with("address");
}

std::string line_of(const HistoryEntry& entry) {
  std::string line = concerns_addresses(entry.happening) ? "vip " : "ha ";
  line += processes::name_of(entry.happening);
  const auto add = [&line](const char* key, const std::string& value) {
    line += std::string(" ") + key + "=" + value;
  };
  if (entry.happening == Happening::transition) {
    add("from", heartbeat::name_of(entry.from));
    add("to", heartbeat::name_of(entry.to));
  }
  if (entry.epoch != Epoch{}) add("epoch", std::to_string(entry.epoch.value));
  if (!entry.peer.empty()) add("peer", entry.peer.str());
  if (entry.count > 0) add("count", std::to_string(entry.count));
  if (entry.duration != Duration{})
    add("seconds", std::to_string(std::chrono::duration<double>(entry.duration).count()));
  if (!entry.detail.empty()) add("detail", "\"" + entry.detail.str() + "\"");
  if (entry.reason != heartbeat::Reason::none) {
    add("reason", heartbeat::name_of(entry.reason));
    line += std::string(" (") + heartbeat::sentence_of(entry.reason) + ")";
  }
  return line;
}

}  // namespace

void start_log(const config::Log& setting) {
  spdlog::init_thread_pool(kQueuedLines, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto logger = std::make_shared<spdlog::async_logger>(
      "flywalld", sink, spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(level_of(setting.level));
  logger->set_pattern(
      setting.format == config::LogFormat::json
          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%f%z","level":"%l","process":"failover","message":"%v"})"
          : "%Y-%m-%dT%H:%M:%S.%f level=%l process=failover %v");
  logger->set_error_handler(
      [](const std::string&) {});  // a dead reader of the log is nobody's fault
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void stop_log() { spdlog::shutdown(); }

void log(const HistoryEntry& entry) {
  spdlog::log(level_of(entry.happening), "{}", line_of(entry));
}
void log_info(const std::string& line) { spdlog::info("{}", line); }
void log_warning(const std::string& line) { spdlog::warn("{}", line); }
void log_error(const std::string& line) { spdlog::error("{}", line); }

}  // namespace flywall::failover
