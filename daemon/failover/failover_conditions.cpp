// How the failover loop follows what its monitors say.
#include <algorithm>

#include "daemon/failover/failover_loop.hpp"

namespace flywall::failover {

namespace {

using processes::Happening;

}  // namespace

void FailoverLoop::read_conditions() {
  ProbeFindings& findings = parts_.probes.findings();
  if (!findings.empty()) {
    findings.acknowledge();
    while (const auto finding = findings.take()) conditions_.note(*finding, moment());
  }
  if (now() >= conditions_.deadline()) {
    conditions_.on_time(moment());
    paths_changed_ = true;
  }
  if (paths_changed_) review_networks();
  follow_conditions();
}

void FailoverLoop::note_link(const netlink::LinkState& state) {
  conditions_.note(state, moment());
  follow_conditions();
}

void FailoverLoop::obey(const processes::message::MonitorChanged& change) {
  if (change.configuration != configuration_) return;
  conditions_.note(change, moment());
  follow_conditions();
}

void FailoverLoop::follow_conditions() {
  for (const Conditions::Report& said : conditions_.reports()) {
    const bool link = said.kind == Conditions::Kind::link;
    auto report = entry(link ? Happening::link_changed : Happening::monitor_changed);
    report.detail = said.text;
    write(report);
    changed_ = true;
    if (link && said.up) parts_.pleas.put({Plea::links_again});  // its addresses may be new
  }
  conditions_.reports().clear();
  auto& orders = conditions_.orders();
  const auto untold = std::ranges::find_if_not(
      orders, [this](const ProbeOrder& order) { return parts_.probes.orders().put(order); });
  orders.erase(orders.begin(), untold);
  const heartbeat::event::FaultChanged opinion{conditions_.fault(), conditions_.penalty()};
  if (opinion.fault == opinion_.fault && opinion.penalty == opinion_.penalty) return;
  opinion_ = opinion;
  changed_ = true;
  advance(opinion);
}

// E5: over which paths are the living peers heard?
void FailoverLoop::review_networks() {
  paths_changed_ = false;
  InlineVector<SilentNetworks::Path, kMaxPeers * kMaxPaths> paths;
  for (std::uint8_t i = 0; i < peers_.size(); ++i) {
    const heartbeat::PeerView view = election_.peer(PeerIndex{i});
    if (!view.alive) continue;
    processes::PeerStatus status;
    peers_.describe(PeerIndex{i}, status);
    for (std::size_t path = 0; path < kMaxPaths; ++path) {
      const processes::PathStatus& there = status.paths[path];
      if (!there.used) continue;
      paths.push_back(
          {there.ifindex, there.remote.address, ((view.living_paths >> path) & 1) != 0});
    }
  }
  conditions_.review(std::span(paths.begin(), paths.size()), moment());
}

}  // namespace flywall::failover
