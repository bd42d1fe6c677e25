#include "daemon/control/replication.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "daemon/control/json_answer.hpp"

namespace flywall::control {

namespace {

constexpr const char* kNotBuilt =
    "the channel connects the nodes; what it shall carry (connections, configuration, leases) is "
    "not "
    "built yet: a takeover moves addresses only";

double to_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string text_of(const HostPort& at) {
  const bool six = at.host.find(':') != std::string::npos;
  return (six ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port.value_or(0));
}

// How the status names a peer that the channel does not know by name yet.
std::string name_of(const View& view, const replication::PeerState& peer, std::size_t index) {
  return peer.node.empty() ? peer_name(view, index) : peer.node.str();
}

std::vector<replication::PeerState> peers_of(const View& view) {
  if (view.channel.runs) return view.channel.peers;
  std::vector<replication::PeerState> states;
  for (const config::Peer& peer : config::peers(view.config.replication))
    states.push_back({.node = peer.name, .addresses = peer.replication, .trouble = {}});
  return states;
}

Json head(const View& view) {
  const auto peers = peers_of(view);
  Json result{{"node_id", view.config.replication.node_id.view()},
              {"mode", config::name(view.config.replication.mode)},
              {"built", false},
              {"running", view.channel.runs},
              {"connected",
               !peers.empty() && std::ranges::all_of(peers, &replication::PeerState::connected)},
              {"message", kNotBuilt}};
  if (!view.channel.trouble.empty()) result["trouble"] = view.channel.trouble;
  return result;
}

std::string hex(std::uint32_t value) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", value);
  return text.data();
}

void add_connection(const replication::PeerState& peer, Json& row) {
  row["remote"] = peer.remote;
  row["called_by"] = peer.called_by_us ? "this node" : "the peer";
  row["connected_seconds"] = to_seconds(peer.connected_for);
  row["rtt_seconds"] = peer.round_trip ? Json(to_seconds(*peer.round_trip)) : Json(nullptr);
  row["lag_seconds"] = to_seconds(peer.lag.time);
  row["lag_entries"] = peer.lag.entries;
  row["key_id"] = hex(peer.key.value);
  row["epoch"] = peer.standing.epoch.value;
}

Json channels_json(const View& view) {
  Json list = Json::array();
  const auto peers = peers_of(view);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    Json addresses = Json::array();
    for (const HostPort& address : peers[i].addresses) addresses.push_back(text_of(address));
    Json row{{"node_id", name_of(view, peers[i], i)},
             {"addresses", std::move(addresses)},
             {"connected", peers[i].connected},
             {"connects", peers[i].connects},
             {"lag_seconds", nullptr},
             {"lag_entries", nullptr}};
    if (peers[i].connected)
      add_connection(peers[i], row);
    else if (!peers[i].trouble.empty())
      row["trouble"] = peers[i].trouble;
    list.push_back(std::move(row));
  }
  return list;
}

// The worst of all peers; null when none is connected.
void add_lag(const View& view, Json& body) {
  body["lag_seconds"] = nullptr;
  body["lag_entries"] = nullptr;
  replication::Lag worst;
  for (const replication::PeerState& peer : view.channel.peers) {
    if (!peer.connected) continue;
    worst.time = std::max(worst.time, peer.lag.time);
    worst.entries = std::max(worst.entries, peer.lag.entries);
    body["lag_seconds"] = to_seconds(worst.time);
    body["lag_entries"] = worst.entries;
  }
}

// How much smaller compression makes what is sent; null before anything was.
Json ratio_of(const replication::Volume& volume) {
  if (volume.packed == 0) return nullptr;
  return static_cast<double>(volume.clear) / static_cast<double>(volume.packed);
}

}  // namespace

Answer replication_status_answer(const View& view) {
  const config::Replication& replication = view.config.replication;
  Json body = head(view);
  body["listen"] = text_of(replication.listen_addr);
  body["sync_interval_seconds"] = std::chrono::duration<double>(replication.sync_interval).count();
  body["batch_size"] = replication.batch_size;
  body["compression"] = replication.compression;
  body["encryption"] = replication.encryption;
  body["conntrack_sync"] = {
      {"enabled", replication.ha.conntrack_sync.enabled}, {"built", false}, {"connected", false}};
  body["datasets"] = Json::array();
  for (const config::Dataset& dataset : replication.datasets)
    body["datasets"].push_back({{"name", dataset.name}, {"in_sync", nullptr}});
  body["peers"] = channels_json(view);
  return answer(200, body);
}

Json replication_bytes(const replication::Traffic& traffic) {
  Json list = Json::array();
  const auto add = [&](const char* direction, const char* stage, std::uint64_t value) {
    list.push_back({{"direction", direction}, {"stage", stage}, {"value", value}});
  };
  add("sent", "plain", traffic.sent.clear);
  add("sent", "compressed", traffic.sent.packed);
  add("sent", "wire", traffic.wire_sent);
  add("received", "plain", traffic.received.clear);
  add("received", "compressed", traffic.received.packed);
  add("received", "wire", traffic.wire_received);
  return list;
}

Answer replication_stats_answer(const View& view) {
  Json body = head(view);
  body["replication_bytes_total"] = replication_bytes(view.channel.traffic);
  body["messages_sent"] = view.channel.traffic.sent.messages;
  body["messages_received"] = view.channel.traffic.received.messages;
  body["compression_ratio"] = {{"sent", ratio_of(view.channel.traffic.sent)},
                               {"received", ratio_of(view.channel.traffic.received)}};
  body["replication_resyncs_total"] = Json::array();
  body["conntrack_sync_entries"] = Json::array();
  body["peers"] = channels_json(view);
  return answer(200, body);
}

Answer replication_peers_answer(const View& view) {
  Json body = head(view);
  body["peers"] = channels_json(view);
  return answer(200, body);
}

Answer replication_lag_answer(const View& view) {
  Json body = head(view);
  add_lag(view, body);
  body["peers"] = channels_json(view);
  return answer(200, body);
}

}  // namespace flywall::control
