#include "daemon/failover/conditions.hpp"

#include <algorithm>

namespace flywall::failover {

namespace {

using heartbeat::FaultClass;
using processes::MonitorStatus;

InlineText<120> text(const std::string& value) { return InlineText<120>::cut(value); }

bool is_served(const Watched& watched, const std::string& name) {
  return std::ranges::find(watched.served, name) != watched.served.end();
}

MonitorStatus status(MonitorStatus::Kind kind, const std::string& name, std::uint16_t weight) {
  return {.kind = kind, .weight = weight, .name = InlineText<63>::cut(name)};
}

}  // namespace

template <class Self, class Work>
void Conditions::each_row(Self& self, const Work& work) {
  for (auto* rows : {&self.links_, &self.gateway_rows_, &self.reported_, &self.networks_})
    for (auto& row : *rows) work(row);
}

Conditions::Conditions(const Watched& watched, Time now) : detection_(watched.detection) {
  set_links(watched, now, true);
  set_gateways(watched);
  set_reported(watched);
  each_row(*this, [now](Row& row) { row.shown.since = now; });
  weigh(now);
}

void Conditions::reconfigure(const Watched& watched, Moment moment) {
  detection_ = watched.detection;
  set_links(watched, moment.now, false);
  set_gateways(watched);
  set_reported(watched);
  each_row(*this, [&](Row& row) {
    if (row.shown.since == Time{}) row.shown.since = moment.now;
  });
  tell_own();
  weigh(moment.now);
}

// The wanted rows, with the state of those that were there before.
Conditions::Rows Conditions::kept(const Rows& before, Rows wanted) {
  for (Row& row : wanted) {
    const auto same = std::ranges::find_if(before, [&](const Row& known) {
      return known.shown.kind == row.shown.kind && known.shown.name == row.shown.name;
    });
    if (same == before.end()) continue;
    row.shown.state = same->shown.state;
    row.shown.since = same->shown.since;
    row.shown.detail = same->shown.detail;
    row.handle = same->handle;
    row.counts = same->counts;
    row.counts_at = same->counts_at;
  }
  return wanted;
}

// An interface that does not exist is never told of: until it is looked at, it is down.
void Conditions::set_links(const Watched& watched, Time now, bool starting) {
  std::vector<LinkMonitor::Setting> settings;
  Rows wanted;
  for (const config::MonitorLink& link : watched.links) {
    settings.push_back({.name = netlink::InterfaceName::cut(link.interface),
                        .policy = {.rise = link.rise, .fall = link.fall},
                        .interval = link.interval});
    const auto weight = is_served(watched, link.interface) ? std::uint8_t{0} : link.weight;
    wanted.push_back({.shown = status(Kind::link, link.interface, weight),
                      .late_good = kLinkSettling,
                      .counts = starting,
                      .counts_at = starting ? kNever : now + kLookTime});
    wanted.back().shown.detail = text("not seen yet");
  }
  monitor_.set(settings);
  links_ = kept(links_, std::move(wanted));
}

void Conditions::set_gateways(const Watched& watched) {
  Rows wanted;
  for (const config::MonitorGateway& gateway : watched.gateways) {
    const std::string zone = gateway.interface.empty() ? "" : "%" + gateway.interface;
    wanted.push_back({.shown = status(Kind::gateway, gateway.address.str() + zone, gateway.weight),
                      .late_bad = gateway.interval + kTellTime,
                      .late_good = gateway.interval + kTellTime});
  }
  Rows rows = kept(gateway_rows_, std::move(wanted));
  for (const Row& old : gateway_rows_)
    if (std::ranges::find(rows, old.handle, &Row::handle) == rows.end())
      orders_.push_back(probe_order::Forget{old.handle});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const config::MonitorGateway& gateway = watched.gateways[i];
    if (rows[i].handle == ProbeHandle{}) rows[i].handle = ProbeHandle{++last_handle_};
    orders_.push_back(
        probe_order::WatchGateway{.handle = rows[i].handle,
                                  .address = gateway.address,
                                  .interface = netlink::InterfaceName::cut(gateway.interface),
                                  .policy = {.rise = gateway.rise, .fall = gateway.fall},
                                  .interval = gateway.interval});
  }
  gateway_rows_ = std::move(rows);
  gateways_ = watched.gateways;
}

void Conditions::set_reported(const Watched& watched) {
  Rows wanted;
  for (const config::MonitorScript& script : watched.scripts)
    wanted.push_back({.shown = status(Kind::script, script.name, script.weight),
                      .late_good = script.interval + kTellTime});
  for (const config::MonitorService& service : watched.services)
    wanted.push_back({.shown = status(Kind::service, service.name, service.weight),
                      .late_good = service.interval + kTellTime});
  reported_ = kept(reported_, std::move(wanted));
}

void Conditions::note(const netlink::LinkState& state, Moment moment) {
  const auto& links = monitor_.links();
  const auto named = std::ranges::find_if(
      links, [&](const LinkMonitor::Link& link) { return link.setting.name == state.name; });
  const bool first = named != links.end() && !named->looked;
  const auto changed = monitor_.note(state, moment.now);
  if (!changed && !first) return;
  link_changed(changed.value_or(static_cast<std::size_t>(named - links.begin())), first, moment);
  weigh(moment.now);
}

void Conditions::link_changed(std::size_t index, bool first, Moment moment) {
  const LinkMonitor::Link& link = monitor_.links()[index];
  Row& row = links_[index];
  change(row, link.up() ? MonitorState::up : MonitorState::down, text(link.what_is_wrong()),
         moment);
  if (first) turn(row, !link.up(), Duration{0}, moment.now);
}

void Conditions::note(const ProbeFinding& outcome, Moment moment) {
  for (Rows* rows : {&gateway_rows_, &networks_})
    for (Row& row : *rows)
      if (row.handle == outcome.handle && !row.over)
        change(row, outcome.state, outcome.detail, moment);
  weigh(moment.now);
}

void Conditions::note(const processes::message::MonitorChanged& changed, Moment moment) {
  if (changed.monitor >= reported_.size()) return;
  change(reported_[changed.monitor], changed.up ? MonitorState::up : MonitorState::down,
         changed.detail, moment);
  weigh(moment.now);
}

void Conditions::change(Row& row, MonitorState state, const InlineText<120>& detail,
                        Moment moment) {
  row.shown.detail = detail;
  if (row.shown.state == state) return;
  row.shown.state = state;
  row.shown.since = moment.now;
  const bool bad = state == MonitorState::down;
  const Duration delay = bad == moment.holds ? (bad ? row.late_bad : row.late_good) : Duration{0};
  turn(row, bad, delay, moment.now);
  if (state == MonitorState::unknown) return;
  const bool network = row.shown.kind == Kind::network;
  std::string said =
      row.shown.name.str() + (network ? (bad ? " deaf" : " heard") : (bad ? " down" : " up"));
  if (row.shown.kind != Kind::link) said = processes::name_of(row.shown.kind) + (" " + said);
  if (row.shown.kind != Kind::link && !detail.empty()) said += ": " + detail.str();
  reports_.push_back({.kind = row.shown.kind, .up = !bad, .text = text(said)});
}

void Conditions::turn(Row& row, bool counts, Duration delay, Time now) {
  row.counts_at = row.counts == counts ? kNever : now + delay;
}

void Conditions::serve(const ServedNetworks& networks, Moment moment) {
  silent_.serve(networks);
  for (Row& row : networks_)
    if (std::ranges::find(networks, row.ifindex, &ServedNetwork::ifindex) == networks.end())
      leave_network(row, moment);
  tell_own();
  weigh(moment.now);
}

void Conditions::review(std::span<const SilentNetworks::Path> paths, Moment moment) {
  if (!silent_.review(paths, moment.now)) return;
  for (const SilentNetworks::Network& network : silent_.networks()) {
    const auto row = std::ranges::find_if(networks_, [&](const Row& known) {
      return known.ifindex == network.ifindex && !known.over;
    });
    if (network.asked && row == networks_.end()) ask_network(network.ifindex, paths, moment.now);
    if (!network.asked && row != networks_.end()) leave_network(*row, moment);
  }
  weigh(moment.now);
}

void Conditions::ask_network(std::uint32_t ifindex, std::span<const SilentNetworks::Path> paths,
                             Time now) {
  const ProbeHandle handle{++last_handle_};
  probe_order::AskNetwork order{
      .handle = handle, .ifindex = ifindex, .gateways = gateways_on(ifindex), .peers = {}};
  for (const SilentNetworks::Path& path : paths) order.peers.try_push_back(path.remote);
  orders_.push_back(order);
  Row row{.shown = status(Kind::network, name_of(ifindex), 0),
          .handle = handle,
          .ifindex = ifindex,
          .late_bad = detection_ + kTellTime,
          .late_good = detection_ + kTellTime};
  row.shown.since = now;
  row.shown.detail = text("the peers are silent here, neighbours are asked");
  networks_.push_back(row);
}

void Conditions::leave_network(Row& row, Moment moment) {
  if (row.over) return;
  orders_.push_back(probe_order::Forget{row.handle});
  if (row.shown.state == MonitorState::down)
    change(row, MonitorState::up, text("a peer is heard again"), moment);
  row.over = true;
}

// Those that answered before the silence: one that was dead already is no witness.
WitnessList Conditions::gateways_on(std::uint32_t ifindex) const {
  WitnessList witnesses;
  for (std::size_t i = 0; i < gateways_.size(); ++i) {
    if (gateway_rows_[i].shown.state == MonitorState::down) continue;
    const config::MonitorGateway& gateway = gateways_[i];
    const bool there = gateway.interface.empty()
                           ? std::ranges::any_of(silent_.served(),
                                                 [&](const ServedNetwork& network) {
                                                   return network.ifindex == ifindex &&
                                                          network.own.contains(gateway.address);
                                                 })
                           : gateway.interface == name_of(ifindex);
    if (there) witnesses.try_push_back(gateway.address);
  }
  return witnesses;
}

std::string Conditions::name_of(std::uint32_t ifindex) const {
  for (const LinkMonitor::Link& link : monitor_.links())
    if (link.index == ifindex) return link.setting.name.str();
  return "interface " + std::to_string(ifindex);
}

void Conditions::tell_own() {
  probe_order::Own own{.networks = silent_.served(), .virtual_links = {}};
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (monitor_.links()[i].index != 0) own.virtual_links.try_push_back(monitor_.links()[i].index);
  orders_.push_back(own);
}

Time Conditions::deadline() const {
  Time next = std::min(monitor_.deadline(), silent_.deadline());
  each_row(*this, [&next](const Row& row) { next = std::min(next, row.counts_at); });
  return next;
}

void Conditions::on_time(Moment moment) {
  while (const auto changed = monitor_.on_time(moment.now)) link_changed(*changed, false, moment);
  weigh(moment.now);
}

void Conditions::weigh(Time now) {
  unsigned sum = 0;
  fault_ = FaultClass::none;
  each_row(*this, [&](Row& row) {
    if (row.counts_at <= now) {
      row.counts = !row.counts;
      row.counts_at = kNever;
    }
    if (!row.counts) return;
    sum += row.shown.weight;
    if (row.shown.weight == 0) fault_ = FaultClass::faulty;
  });
  penalty_ = static_cast<std::uint16_t>(std::min<unsigned>(sum, kMaxPenalty));
  std::erase_if(networks_, [](const Row& row) { return row.over && !row.counts; });
}

void Conditions::describe(processes::Snapshot& snapshot) const {
  std::uint16_t count = 0;
  each_row(*this, [&](const Row& row) {
    if (row.over || count == snapshot.monitors.size()) return;
    snapshot.monitors[count++] = row.shown;
  });
  snapshot.monitor_count = count;
}

}  // namespace flywall::failover
