// Which of the interfaces this node depends on are bad: those of monitor_links and those that carry
// virtual addresses.
//
// Decides when an interface is down: missing, down or without carrier for `fall` counts. A change
// counts at once, so that with the standard `fall = 1` a pulled cable costs no time; a state that
// lasts counts again each `interval`. The first look decides alone; until then an interface is down
// as one that does not exist.
//
// Pure. Knows what netlink says of links; knows no peer, no role, no weight. An interface is
// followed by name, so one that is deleted and made again, or appears late, is picked up.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "daemon/failover/monitor_count.hpp"
#include "netlink/link_state.hpp"

namespace flywall::failover {

class LinkMonitor {
 public:
  struct Setting {
    netlink::InterfaceName name;
    MonitorCount::Policy policy;
    Duration interval = 100ms;
    bool operator==(const Setting&) const = default;
  };
  struct Link {
    Setting setting;
    std::uint32_t index = 0;  // 0: does not exist
    bool good = false;        // what the kernel says
    bool looked = false;
    MonitorCount count{{}, MonitorState::down};
    Time counted;  // when the present state counted last

    bool up() const { return count.state() == MonitorState::up; }
    const char* what_is_wrong() const;  // "does not exist"
  };

  // Names differ. Links that stay keep their state.
  void set(const std::vector<Setting>& settings);

  // What the kernel says of one link. The position of the monitored link whose state changed by it.
  std::optional<std::size_t> note(const netlink::LinkState& state, Time now);
  // When a lasting state counts again: `on_time` until it answers nothing.
  Time deadline() const;
  std::optional<std::size_t> on_time(Time now);

  const std::vector<Link>& links() const { return links_; }

 private:
  std::vector<Link> links_;
};

}  // namespace flywall::failover
