#include "daemon/failover/peer_table.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/key.hpp"

namespace flywall::failover {

using heartbeat::Arrival;
using heartbeat::Heartbeat;
using heartbeat::Refusal;
using heartbeat::Route;
using heartbeat::Verdict;
using heartbeat::Will;

PeerTable::PeerTable(const Identity& identity, const heartbeat::Sealer& sealer,
                     const std::vector<PeerSetting>& settings)
    : identity_(identity), sealer_(sealer) {
  peers_.reserve(kMaxPeers);
  successor_.reserve(kMaxPeers);
  reconfigure(settings, identity.detection);
}

PeerTable::Former PeerTable::reconfigure(const std::vector<PeerSetting>& settings,
                                         Duration detection) {
  FLYWALL_CHECK(settings.size() <= kMaxPeers);
  identity_.detection = detection;
  Former former{};
  std::array<bool, kMaxPeers> stays{};
  successor_.clear();
  for (const PeerSetting& setting : settings) {
    std::size_t before = 0;
    while (before < peers_.size() && (stays[before] || !is_same(peers_[before], setting))) ++before;
    if (before < peers_.size()) {
      stays[before] = true;
      former[successor_.size()] = PeerIndex{static_cast<std::uint8_t>(before)};
      successor_.push_back(peers_[before]);
    } else {
      successor_.push_back(made(setting));
    }
    adopt(successor_.back(), setting);
  }
  peers_.swap(successor_);
  most_ = std::max(most_, peers_.size());
  return former;
}

PeerTable::Peer PeerTable::made(const PeerSetting& setting) const {
  return {.node = setting.name,
          .tag = node_tag(setting.name),
          .session = heartbeat::Session(identity_.instance, identity_.detection)};
}

bool PeerTable::is_same(const Peer& peer, const PeerSetting& setting) {
  if (!peer.node.empty() && !setting.name.empty()) return peer.node == setting.name;
  return std::any_of(peer.hosts.begin(), peer.hosts.end(), [&](std::uint64_t host) {
    return std::find(setting.hosts.begin(), setting.hosts.end(), host) != setting.hosts.end();
  });
}

void PeerTable::adopt(Peer& peer, const PeerSetting& setting) {
  peer.named = !setting.name.empty();
  if (peer.named) {
    peer.node = setting.name;
    peer.tag = node_tag(setting.name);
  }
  peer.port = setting.port;
  peer.hosts = setting.hosts;
  for (Path& path : peer.paths)
    if (path.source == Source::resolved || path.source == Source::automatic)
      path.route.to.port = peer.port;
  InlineVector<Route, kMaxPaths> routes;
  for (const Endpoint& endpoint : setting.endpoints) routes.try_push_back({.to = endpoint});
  replace_paths(peer, Source::configured, routes);
}

void PeerTable::speak(heartbeat::Transport& transport, const heartbeat::Statement& statement,
                      std::uint8_t copies, Time now) {
  std::array<std::uint8_t, heartbeat::kMaxDatagram> room;
  Heartbeat said{.statement = statement};
  for (const ServedNetwork& network : served_) said.addresses.try_push_back(network.own.address);
  for (Peer& peer : peers_) {
    said.contact.instance = identity_.instance;
    said.contact.echoes = peer.session.echoes(now);
    for (Path& path : peer.paths) {
      if (path.source == Source::unused) continue;
      for (std::uint8_t copy = 0; copy < copies; ++copy) {
        said.contact.counter = ++counter_;
        said.contact.path_sequence = ++path.sequence;
        said.contact.sent = now;
        const std::size_t size = heartbeat::encode(said, room);
        FLYWALL_CHECK(size > 0);
        if (transport.send(path.route, sealer_.seal(room, size)) != 0)
          ++path.errors;
        else
          ++path.sent, ++sent_;
      }
    }
  }
}

std::optional<Believed> PeerTable::receive(const Arrival& arrival, Time now) {
  const auto clear = sealer_.open(arrival.bytes);
  if (!clear) return refuse(clear.error());
  auto datagram = heartbeat::decode(*clear);
  if (!datagram) return refuse(datagram.error());
  incoming_ = *datagram;
  if (const auto* will = std::get_if<Will>(&incoming_)) return accept_will(*will);
  return accept_heartbeat(arrival, now);
}

std::optional<Believed> PeerTable::refuse(Refusal refusal) {
  ++refused_[static_cast<std::size_t>(refusal)];
  return std::nullopt;
}

std::optional<Believed> PeerTable::accept_will(const Will& will) {
  const auto peer = std::find_if(peers_.begin(), peers_.end(),
                                 [&](const Peer& p) { return p.node == will.sender; });
  if (peer == peers_.end()) return refuse(Refusal::unknown_peer);
  if (will.epoch < peer->claim) return refuse(Refusal::stale);
  if (!peer->session.depart(will.instance)) return refuse(Refusal::superseded_instance);
  return Believed{.peer = index_of(*peer), .will = true};
}

std::optional<Believed> PeerTable::accept_heartbeat(const Arrival& arrival, Time now) {
  const auto& said = std::get<Heartbeat>(incoming_);
  const NodeId& sender = said.statement.sender;
  if (sender == identity_.self) {
    if (said.contact.instance != identity_.instance) ++namesakes_;
    return refuse(Refusal::own_datagram);
  }
  Peer* peer = find(arrival, sender);
  if (!peer) return refuse(Refusal::unknown_peer);
  const PathIndex path = path_of(*peer, arrival);
  const Duration window = std::max(identity_.detection, said.statement.detection);
  if (!peer->session.proven()) peer->session.set_proof_window(window);
  const heartbeat::Receipt receipt = peer->session.receive(now, path, said.contact);
  if (const auto refusal = heartbeat::refusal_of(receipt.verdict)) return refuse(*refusal);
  ++received_;
  ++peer->paths[path.value].received;
  if (receipt.verdict == Verdict::fresh) peer->session.set_proof_window(window);
  if (receipt.newest) peer->claim = said.statement.claim.epoch;
  bool paths_changed = false;
  if (receipt.newest && !(peer->told == said.addresses)) {
    peer->told = said.addresses;
    paths_changed = find_automatic_paths(*peer);
  }
  if (said.statement.state == heartbeat::State::leaving)
    peer->session.depart(said.contact.instance);
  return Believed{.peer = index_of(*peer),
                  .path = path,
                  .receipt = receipt,
                  .statement = &said.statement,
                  .round_trip = peer->session.quality(path).round_trip,
                  .paths_changed = paths_changed};
}

// By name, else by the address it comes from. A configured address may change its name when its
// former bearer is gone.
PeerTable::Peer* PeerTable::find(const Arrival& arrival, const NodeId& sender) {
  for (Peer& peer : peers_)
    if (peer.node == sender) return &peer;
  for (Peer& peer : peers_) {
    const bool from_there =
        std::any_of(peer.paths.begin(), peer.paths.end(), [&](const Path& path) {
          return path.source != Source::unused && path.route.to.address == arrival.from.address;
        });
    if (from_there && introduce(peer, sender)) return &peer;
  }
  return nullptr;
}

bool PeerTable::introduce(Peer& peer, const NodeId& sender) {
  if (peer.named || (!peer.node.empty() && peer.session.proven())) return false;
  peer.node = sender;
  peer.tag = node_tag(sender);
  peer.session = heartbeat::Session(identity_.instance, identity_.detection);
  return true;
}

PathIndex PeerTable::path_of(const Peer& peer, const Arrival& arrival) const {
  PathIndex same_family{};
  for (std::uint8_t i = 0; i < kMaxPaths; ++i) {
    const Path& path = peer.paths[i];
    if (path.source == Source::unused) continue;
    if (path.route.to.address == arrival.from.address) return PathIndex{i};
    if (path.route.interface != 0 && path.route.interface == arrival.interface)
      same_family = PathIndex{i};
  }
  return same_family;
}

PeerIndex PeerTable::index_of(const Peer& peer) const {
  return PeerIndex{static_cast<std::uint8_t>(&peer - peers_.data())};
}

bool PeerTable::resolved(const processes::message::PeerResolved& answer) {
  if (answer.peer.value >= peers_.size()) return false;
  Peer& peer = peers_[answer.peer.value];
  InlineVector<Route, kMaxPaths> routes;
  for (const IpAddress& address : answer.addresses) {
    const bool configured =
        std::any_of(peer.paths.begin(), peer.paths.end(), [&](const Path& path) {
          return path.source == Source::configured && path.route.to.address == address;
        });
    if (!configured) routes.try_push_back({.to = {address, peer.port}});
  }
  return replace_paths(peer, Source::resolved, routes);
}

bool PeerTable::serve(const ServedNetworks& networks) {
  if (networks == served_) return false;
  served_ = networks;
  bool changed = false;
  for (Peer& peer : peers_) changed |= find_automatic_paths(peer);
  return changed;
}

bool PeerTable::find_automatic_paths(Peer& peer) {
  InlineVector<Route, kMaxPaths> routes;
  for (const IpAddress& told : peer.told) {
    const bool known = std::any_of(peer.paths.begin(), peer.paths.end(), [&](const Path& path) {
      return (path.source == Source::configured || path.source == Source::resolved) &&
             path.route.to.address == told;
    });
    if (known) continue;
    for (const ServedNetwork& network : served_) {
      if (!network.own.contains(told) || network.own.address == told) continue;
      routes.try_push_back(
          {.to = {told, peer.port}, .source = network.own.address, .interface = network.ifindex});
      break;
    }
  }
  return replace_paths(peer, Source::automatic, routes);
}

// Keeps the index and the counters of every path that stays.
bool PeerTable::replace_paths(Peer& peer, Source source,
                              const InlineVector<Route, kMaxPaths>& routes) {
  const auto same = [](const Route& a, const Route& b) {
    return a.to == b.to && a.source == b.source && a.interface == b.interface;
  };
  bool changed = false;
  for (Path& path : peer.paths) {
    if (path.source != source) continue;
    if (std::any_of(routes.begin(), routes.end(),
                    [&](const Route& r) { return same(r, path.route); }))
      continue;
    path = Path{.route = path.route};  // to name it when it falls silent
    changed = true;
  }
  for (const Route& route : routes) {
    const auto there = [&](const Path& path) {
      return path.source == source && same(path.route, route);
    };
    if (std::any_of(peer.paths.begin(), peer.paths.end(), there)) continue;
    const auto room = std::find_if(peer.paths.begin(), peer.paths.end(),
                                   [](const Path& path) { return path.source == Source::unused; });
    if (room == peer.paths.end()) break;
    *room = Path{.source = source, .route = route};
    changed = true;
  }
  return changed;
}

void PeerTable::make_wills(Epoch epoch,
                           const std::function<void(const processes::message::LastWill&)>& give) {
  for (std::size_t p = 0; p < most_; ++p) {
    for (std::size_t i = 0; i < kMaxPaths; ++i) {
      const Path path = p < peers_.size() ? peers_[p].paths[i] : Path{};
      processes::message::LastWill will{.peer = PeerIndex{static_cast<std::uint8_t>(p)},
                                        .path = PathIndex{static_cast<std::uint8_t>(i)}};
      if (path.source != Source::unused) {
        will.to = path.route.to;
        will.source = path.route.source;
        will.ifindex = path.route.interface;
        std::array<std::uint8_t, heartbeat::kMaxDatagram> room;
        const std::size_t clear =
            heartbeat::encode(Will{identity_.self, identity_.instance, ++counter_, epoch}, room);
        const Bytes sealed = sealer_.seal(room, clear);
        FLYWALL_CHECK(clear > 0 && sealed.size() <= will.bytes.size());
        std::copy(sealed.begin(), sealed.end(), will.bytes.begin());
        will.size = static_cast<std::uint16_t>(sealed.size());
      }
      give(will);
    }
  }
}

void PeerTable::describe(PeerIndex index, processes::PeerStatus& status) const {
  const Peer& peer = peers_[index.value];
  status.used = true;
  status.node = peer.node;
  for (std::uint8_t i = 0; i < kMaxPaths; ++i) {
    const Path& path = peer.paths[i];
    processes::PathStatus& out = status.paths[i];
    const heartbeat::PathQuality quality = peer.session.quality(PathIndex{i});
    out.used = path.source != Source::unused;
    out.automatic = path.source == Source::automatic;
    out.remote = path.route.to;
    out.ifindex = path.route.interface;
    out.round_trip = quality.round_trip;
    out.loss_permille = quality.loss_permille;
    out.sent = path.sent;
    out.received = path.received;
    out.send_errors = path.errors;
  }
}

}  // namespace flywall::failover
