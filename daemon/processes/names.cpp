#include "daemon/processes/messages.hpp"
#include "daemon/processes/snapshot.hpp"

namespace flywall::processes {

const char* name_of(Happening happening) {
  switch (happening) {
    case Happening::transition:
      return "transition";
    case Happening::peer_alive:
      return "peer_alive";
    case Happening::peer_silent:
      return "peer_silent";
    case Happening::path_alive:
      return "path_alive";
    case Happening::path_silent:
      return "path_silent";
    case Happening::split_brain:
      return "split_brain";
    case Happening::claimed_again:
      return "claimed_again";
    case Happening::paused:
      return "paused";
    case Happening::epoch_unreserved:
      return "epoch_unreserved";
    case Happening::addresses_taken:
      return "addresses_taken";
    case Happening::addresses_dropped:
      return "addresses_dropped";
    case Happening::address_failed:
      return "address_failed";
    case Happening::address_restored:
      return "address_restored";
    case Happening::address_foreign:
      return "address_foreign";
    case Happening::link_changed:
      return "link_changed";
    case Happening::services_restarted:
      return "services_restarted";
    case Happening::duplicate_node:
      return "duplicate_node";
    case Happening::address_mismatch:
      return "address_mismatch";
    case Happening::command:
      return "command";
    case Happening::address_in_use:
      return "address_in_use";
    case Happening::monitor_changed:
      return "monitor_changed";
    case Happening::script_ended:
      return "script_ended";
    case Happening::script_failed:
      return "script_failed";
    case Happening::reloaded:
      return "reloaded";
    case Happening::reload_refused:
      return "reload_refused";
    case Happening::fence_trouble:
      return "fence_trouble";
    case Happening::channel_connected:
      return "channel_connected";
    case Happening::channel_lost:
      return "channel_lost";
    case Happening::witness_reachable:
      return "witness_reachable";
    case Happening::witness_unreachable:
      return "witness_unreachable";
    case Happening::witness_contradicts:
      return "witness_contradicts";
  }
  return "unknown";
}

const char* name_of(MonitorStatus::Kind kind) {
  switch (kind) {
    case MonitorStatus::Kind::link:
      return "link";
    case MonitorStatus::Kind::gateway:
      return "gateway";
    case MonitorStatus::Kind::script:
      return "script";
    case MonitorStatus::Kind::service:
      return "service";
    case MonitorStatus::Kind::network:
      return "network";
  }
  return "unknown";
}

const char* name_of(FenceStatus::Kind kind) {
  switch (kind) {
    case FenceStatus::Kind::off:
      return "off";
    case FenceStatus::Kind::missing:
      return "missing";
    case FenceStatus::Kind::kernel:
      return "kernel";
    case FenceStatus::Kind::lifetimes:
      return "lifetimes";
  }
  return "unknown";
}

const char* name_of(MonitorStatus::State state) {
  switch (state) {
    case MonitorStatus::State::unknown:
      return "unknown";
    case MonitorStatus::State::up:
      return "up";
    case MonitorStatus::State::down:
      return "down";
  }
  return "unknown";
}

}  // namespace flywall::processes
