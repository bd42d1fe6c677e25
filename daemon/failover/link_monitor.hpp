// Which of the interfaces this node depends on are bad: those of monitor_links and those that carry
// virtual addresses.
//
// Decides the node's fault class (E2, E11): faulty while one of them is missing, down or without
// carrier. Knows what netlink says of links; knows no peer and no role. An interface is followed by
// name, so one that is deleted and made again, or appears late, is picked up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heartbeat/statement.hpp"
#include "netlink/link_state.hpp"

namespace flywall::failover {

class LinkMonitor {
 public:
  struct Link {
    netlink::InterfaceName name;
    std::uint32_t index = 0;  // 0: does not exist
    bool up = false;
  };

  explicit LinkMonitor(const std::vector<std::string>& names);

  // What the kernel says of one link. The result names the monitored link whose state changed by
  // it.
  std::optional<Link> note(const netlink::LinkState& state);

  heartbeat::FaultClass fault() const;
  const std::vector<Link>& links() const { return links_; }

 private:
  std::vector<Link> links_;
};

}  // namespace flywall::failover
