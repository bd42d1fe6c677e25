#include "daemon/processes/messages.hpp"

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
  }
  return "unknown";
}

}  // namespace flywall::processes
