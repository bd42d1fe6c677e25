#include "daemon/failover/gateway_prober.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace flywall::failover {

using netlink::ProbeOutcome;
using netlink::ProbeResult;
using netlink::ProbeTarget;

void GatewayProber::watch(const probe_order::WatchGateway& order, Time now) {
  const auto known = std::ranges::find(gateways_, order.handle,
                                       [](const Gateway& gateway) { return gateway.order.handle; });
  if (known != gateways_.end()) {
    known->order = order;
    known->count.set_policy(order.policy);
  } else if (gateways_.size() < kGateways) {
    gateways_.push_back({.order = order, .count = MonitorCount(order.policy), .told = {}});
  }
  drop_empty_groups();
  const bool own = std::ranges::find(groups_, order.interval, &Group::interval) != groups_.end();
  if (own || groups_.size() == kGroups) return;
  Group group{.interval = order.interval, .probe = {}, .asked = {}, .next_round = now};
  groups_.insert(std::ranges::lower_bound(groups_, order.interval, {}, &Group::interval),
                 std::move(group));
}

void GatewayProber::forget(ProbeHandle handle) {
  std::erase_if(gateways_, [&](const Gateway& known) { return known.order.handle == handle; });
  drop_empty_groups();
}

// The one that asks as often or, when there is none, next more often.
GatewayProber::Group* GatewayProber::group_for(Duration interval) {
  const auto above = std::ranges::upper_bound(groups_, interval, {}, &Group::interval);
  if (above != groups_.begin()) return &*std::prev(above);
  return groups_.empty() ? nullptr : &groups_.front();
}

void GatewayProber::drop_empty_groups() {
  std::vector<Duration> used;
  for (const Gateway& gateway : gateways_)
    if (const Group* group = group_for(gateway.order.interval)) used.push_back(group->interval);
  std::erase_if(groups_, [&](const Group& group) {
    return std::ranges::find(used, group.interval) == used.end();
  });
}

void GatewayProber::add_fds(std::vector<pollfd>& waiting) const {
  for (const Group& group : groups_)
    if (group.probe && group.probe->busy())
      for (const int fd : group.probe->fds()) waiting.push_back({fd, POLLIN, 0});
}

Time GatewayProber::deadline() const {
  Time next = kNever;
  for (const Group& group : groups_) {
    const bool busy = group.probe && group.probe->busy();
    next = std::min(next, busy ? group.probe->deadline() : group.next_round);
  }
  return next;
}

void GatewayProber::work(ProbeAim& aim, Time now, std::vector<ProbeFinding>& findings) {
  for (Group& group : groups_) {
    if (group.probe && group.probe->busy()) {
      group.probe->on_readable(now);
      if (const auto results = group.probe->on_deadline(now); !results.empty())
        judge(group, results, findings);
    }
    const bool busy = group.probe && group.probe->busy();
    if (!busy && now >= group.next_round) begin_round(group, aim, now, findings);
  }
}

void GatewayProber::begin_round(Group& group, ProbeAim& aim, Time now,
                                std::vector<ProbeFinding>& findings) {
  group.next_round += group.interval;
  if (group.next_round <= now) group.next_round = now + group.interval;
  std::string refusal;
  if (!group.probe) {
    auto probe = netlink::NeighbourProbe::create(seed_ += 0x9e3779b97f4a7c15);
    if (probe)
      group.probe = std::move(*probe);
    else
      refusal = probe.error().message;
  }
  group.asked.clear();
  std::vector<ProbeTarget> targets;
  for (Gateway& gateway : gateways_) {
    if (group_for(gateway.order.interval) != &group) continue;
    const auto target = aim.at_gateway(gateway.order.address, gateway.order.interface);
    if (!group.probe || !target) {
      judge_unasked(gateway, aim, group.probe ? target.error().message : refusal, findings);
      continue;
    }
    gateway.through = target->through;
    group.asked.push_back(gateway.order.handle);
    targets.push_back(target->target);
  }
  if (!targets.empty())
    group.probe->ask(targets, now, std::min<Duration>(group.interval, kLongestPatience));
}

void GatewayProber::judge(const Group& group, const std::vector<ProbeResult>& results,
                          std::vector<ProbeFinding>& findings) {
  for (std::size_t i = 0; i < results.size() && i < group.asked.size(); ++i) {
    const auto gateway = std::ranges::find(gateways_, group.asked[i],
                                           [](const Gateway& known) { return known.order.handle; });
    if (gateway == gateways_.end()) continue;
    const bool down = results[i].errno_value == ENETDOWN;
    if (results[i].outcome == ProbeOutcome::answered)
      count(*gateway, ProbeVerdict::good, "", findings);
    else if (results[i].outcome == ProbeOutcome::silent || down)
      count(*gateway, ProbeVerdict::bad, down ? "its interface is down" : "", findings);
    else
      count(*gateway, ProbeVerdict::unknown,
            std::string("cannot be asked: ") + strerror(results[i].errno_value), findings);
  }
}

// No route leads there any more, because the interface went down: nobody will answer.
void GatewayProber::judge_unasked(Gateway& gateway, const ProbeAim& aim, const std::string& reason,
                                  std::vector<ProbeFinding>& findings) {
  if (gateway.through != 0 && !aim.is_running(gateway.through))
    count(gateway, ProbeVerdict::bad, aim.name_of(gateway.through) + " is down", findings);
  else
    count(gateway, ProbeVerdict::unknown, reason, findings);
}

void GatewayProber::count(Gateway& gateway, ProbeVerdict verdict, const std::string& detail,
                          std::vector<ProbeFinding>& findings) {
  const bool changed = gateway.count.count(verdict);
  InlineText<120> said = InlineText<120>::cut(detail);
  if (detail.empty() && verdict == ProbeVerdict::bad)
    said = InlineText<120>::cut("no answer for " + std::to_string(gateway.count.bad_in_a_row()) +
                                (gateway.count.bad_in_a_row() == 1 ? " probe" : " probes"));
  const bool told = verdict == ProbeVerdict::unknown ? said == gateway.told : !changed;
  if (told) return;
  gateway.told = said;
  findings.push_back({gateway.order.handle, gateway.count.state(), said});
}

}  // namespace flywall::failover
