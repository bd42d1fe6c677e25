#include "daemon/failover/link_monitor.hpp"

#include <algorithm>

namespace flywall::failover {

LinkMonitor::LinkMonitor(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto known = netlink::InterfaceName::cut(name);
    const bool twice = std::any_of(links_.begin(), links_.end(),
                                   [&](const Link& link) { return link.name == known; });
    if (!twice) links_.push_back({known});
  }
}

std::optional<LinkMonitor::Link> LinkMonitor::note(const netlink::LinkState& state) {
  for (Link& link : links_) {
    const bool named = link.name == state.name;
    const bool lost = link.index == state.index && (!named || state.removed);  // deleted or renamed
    if (!named && !lost) continue;
    const Link before = link;
    if (lost)
      link = Link{link.name};
    else
      link = Link{link.name, state.index, state.up()};
    if (link.up != before.up) return link;
    return std::nullopt;
  }
  return std::nullopt;
}

heartbeat::FaultClass LinkMonitor::fault() const {
  const bool all_up =
      std::all_of(links_.begin(), links_.end(), [](const Link& link) { return link.up; });
  return all_up ? heartbeat::FaultClass::none : heartbeat::FaultClass::faulty;
}

}  // namespace flywall::failover
