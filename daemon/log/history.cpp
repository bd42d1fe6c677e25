#include "daemon/log/log.hpp"

#include "daemon/control/words.hpp"

namespace flywall::log {

namespace {

using config::LogLevel;
using processes::Happening;

LogLevel level_of(Happening happening) {
  switch (happening) {
    case Happening::split_brain:
    case Happening::address_failed:
    case Happening::duplicate_node:
    case Happening::address_in_use:
    case Happening::epoch_unreserved:
    case Happening::witness_contradicts:
      return LogLevel::error;
    case Happening::peer_silent:
    case Happening::path_silent:
    case Happening::paused:
    case Happening::claimed_again:
    case Happening::address_restored:
    case Happening::address_foreign:
    case Happening::services_restarted:
    case Happening::address_mismatch:
    case Happening::monitor_changed:
    case Happening::script_failed:
    case Happening::reload_refused:
    case Happening::fence_trouble:
    case Happening::channel_lost:
    case Happening::witness_unreachable:
      return LogLevel::warning;
    case Happening::transition:
    case Happening::peer_alive:
    case Happening::path_alive:
    case Happening::addresses_taken:
    case Happening::addresses_dropped:
    case Happening::link_changed:
    case Happening::command:
    case Happening::script_ended:
    case Happening::reloaded:
    case Happening::channel_connected:
    case Happening::witness_reachable:
      return LogLevel::info;
  }
  return LogLevel::info;
}

}  // namespace

Line line_of(const processes::HistoryEntry& entry) {
  Line line{.level = level_of(entry.happening),
            .event = processes::name_of(entry.happening),
            .fields = {},
            .wall_ms = entry.wall_ms};
  const auto add = [&line](std::string_view key, std::string value) {
    line.fields.push_back({key, std::move(value)});
  };
  if (entry.happening == Happening::transition) {
    add("from", heartbeat::name_of(entry.from));
    add("to", heartbeat::name_of(entry.to));
  }
  if (entry.reason != heartbeat::Reason::none) add("reason", heartbeat::name_of(entry.reason));
  if (entry.epoch != Epoch{}) add("epoch", std::to_string(entry.epoch.value));
  if (!entry.claimant.empty()) add("claimant", entry.claimant.str());
  if (!entry.peer.empty()) add("peer", entry.peer.str());
  if (entry.count > 0) add("count", std::to_string(entry.count));
  if (entry.duration > 0ns) add("duration", control::in_words(entry.duration));
  if (!entry.detail.empty()) add("detail", entry.detail.str());
  return line;
}

}  // namespace flywall::log
