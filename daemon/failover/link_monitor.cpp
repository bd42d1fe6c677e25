#include "daemon/failover/link_monitor.hpp"

#include <algorithm>

namespace flywall::failover {

namespace {

ProbeVerdict verdict_of(bool good) { return good ? ProbeVerdict::good : ProbeVerdict::bad; }

}  // namespace

const char* LinkMonitor::Link::what_is_wrong() const {
  if (!looked) return "not looked at yet";
  if (index == 0) return "does not exist";
  return good ? "" : "no carrier, or taken down";
}

void LinkMonitor::set(const std::vector<Setting>& settings) {
  std::vector<Link> links;
  links.reserve(settings.size());
  for (const Setting& setting : settings) {
    const auto known =
        std::ranges::find(links_, setting.name, [](const Link& link) { return link.setting.name; });
    links.push_back(known == links_.end() ? Link{} : *known);
    links.back().setting = setting;
    links.back().count.set_policy(setting.policy);
  }
  links_ = std::move(links);
}

std::optional<std::size_t> LinkMonitor::note(const netlink::LinkState& state, Time now) {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    Link& link = links_[i];
    const bool named = link.setting.name == state.name;
    const bool lost = link.index == state.index && (!named || state.removed);  // deleted or renamed
    if (!named && !lost) continue;
    link.index = lost ? 0 : state.index;
    const bool good = !lost && state.up();
    const bool news = good != link.good || !link.looked;
    if (!news) return std::nullopt;
    const bool first = !link.looked;
    link.good = good;
    link.looked = true;
    link.counted = now;
    const bool changed =
        first ? link.count.settle(verdict_of(good)) : link.count.count(verdict_of(good));
    return changed ? std::optional(i) : std::nullopt;
  }
  return std::nullopt;
}

Time LinkMonitor::deadline() const {
  Time next = kNever;
  for (const Link& link : links_)
    if (link.looked && link.count.undecided())
      next = std::min(next, later(link.counted, link.setting.interval));
  return next;
}

std::optional<std::size_t> LinkMonitor::on_time(Time now) {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    Link& link = links_[i];
    while (link.looked && link.count.undecided() &&
           later(link.counted, link.setting.interval) <= now) {
      link.counted += link.setting.interval;
      if (link.count.count(verdict_of(link.good))) return i;
    }
  }
  return std::nullopt;
}

}  // namespace flywall::failover
