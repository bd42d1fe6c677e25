#include "daemon/control/metrics.hpp"

#include "daemon/control/json_answer.hpp"
#include "daemon/control/replication.hpp"
#include "daemon/control/witnesses.hpp"
#include "heartbeat/datagram.hpp"

namespace flywall::control {

namespace {

using processes::PathStatus;
using processes::PeerStatus;
using processes::Snapshot;

double metric_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Json rejected(const Snapshot& now) {
  Json list = Json::array();
  for (std::size_t i = 0; i < now.refused.size(); ++i)
    list.push_back({{"reason", heartbeat::name_of(static_cast<heartbeat::Refusal>(i))},
                    {"value", now.refused[i]}});
  return list;
}

void add_path(const std::string& peer, const PathStatus& path, Json& body) {
  const auto add = [&](const char* name, const Json& value) {
    body[name].push_back({{"peer", peer}, {"path", path.remote.str()}, {"value", value}});
  };
  add("ha_path_alive", path.alive ? 1 : 0);
  add("ha_heartbeats_sent_total", path.sent);
  add("ha_heartbeats_received_total", path.received);
  add("ha_heartbeat_send_errors_total", path.send_errors);
  add("ha_heartbeat_loss_ratio", path.loss_permille / 1000.0);
  if (path.round_trip > Duration{})
    add("ha_heartbeat_rtt_seconds", metric_seconds(path.round_trip));
}

void add_peers(const View& view, Json& body) {
  for (const char* name : {"ha_peer_alive", "ha_path_alive", "ha_heartbeats_sent_total",
                           "ha_heartbeats_received_total", "ha_heartbeat_send_errors_total",
                           "ha_heartbeat_loss_ratio", "ha_heartbeat_rtt_seconds"})
    body[name] = Json::array();
  for (std::size_t i = 0; i < view.snapshot.peers.size(); ++i) {
    const PeerStatus& peer = view.snapshot.peers[i];
    if (!peer.used) continue;
    const std::string name = peer_name(view, i);
    body["ha_peer_alive"].push_back({{"peer", name}, {"value", peer.alive ? 1 : 0}});
    for (const PathStatus& path : peer.paths)
      if (path.used) add_path(name, path, body);
  }
}

void add_channel(const View& view, Json& body) {
  if (!view.channel.runs) return;
  body["replication_bytes_total"] = replication_bytes(view.channel.traffic);
  for (const char* name :
       {"replication_connected", "replication_connects_total", "replication_lag_seconds",
        "replication_lag_entries", "replication_rtt_seconds"})
    body[name] = Json::array();
  for (std::size_t i = 0; i < view.channel.peers.size(); ++i) {
    const replication::PeerState& peer = view.channel.peers[i];
    const std::string name = peer.node.empty() ? peer_name(view, i) : peer.node.str();
    const auto add = [&](const char* metric, const Json& value) {
      body[metric].push_back({{"peer", name}, {"value", value}});
    };
    add("replication_connected", peer.connected ? 1 : 0);
    add("replication_connects_total", peer.connects);
    if (!peer.connected) continue;
    add("replication_lag_seconds", metric_seconds(peer.lag.time));
    add("replication_lag_entries", peer.lag.entries);
    if (peer.round_trip) add("replication_rtt_seconds", metric_seconds(*peer.round_trip));
  }
}

Json script_failures(const View& view) {
  Json list = Json::array();
  for (const auto& [script, count] : view.script_failures)
    list.push_back({{"script", script}, {"value", count}});
  return list;
}

Json addresses_held(const View& view) {
  Json list = Json::array();
  const auto& configured = view.config.replication.ha.virtual_ips;
  for (std::size_t i = 0; i < configured.size(); ++i) {
    const bool held = view.fresh() && i < view.snapshot.address_count && view.snapshot.is_held(i);
    list.push_back({{"address", configured[i].address.str()}, {"value", held ? 1 : 0}});
  }
  return list;
}

}  // namespace

Answer metrics_answer(const View& view) {
  const Snapshot& now = view.snapshot;
  Json body{{"node_id", view.config.replication.node_id.view()},
            {"state_age_seconds",
             now.updated == Time{} ? Json(nullptr) : Json(metric_seconds(view.age()))},
            {"ha_is_leader", view.is_leader() ? 1 : 0},
            {"ha_leader_elected", view.fresh() && now.holder_known ? 1 : 0},
            {"ha_epoch", now.claim.epoch.value},
            {"ha_role", Json::array({{{"role", role(view)}, {"value", 1}}})},
            {"ha_leader_changes_total",
             Json::array({{{"event", "became_leader"}, {"value", now.failovers}}})},
            {"ha_split_brain_total", now.split_brains},
            {"ha_split_brain_seconds_total", metric_seconds(now.split_brain_time)},
            {"ha_pauses_total", now.pauses},
            {"ha_announcements_total", now.announcements},
            {"ha_vip_held", addresses_held(view)},
            {"ha_fenced", view.is_fenced() ? 1 : 0},
            {"ha_virtual_routes_held", now.routes_held},
            {"ha_heartbeats_rejected_total", rejected(now)}};
  add_peers(view, body);
  add_channel(view, body);
  body["ha_script_failures_total"] = script_failures(view);
  add_witness_metrics(view, body);
  body["ha_history_lost_total"] = now.reports_lost;
  body["ha_services_restarts_total"] = now.services_restarts;
  body["config_last_reload_successful"] = now.last_reload_good ? 1 : 0;
  body["config_reloads_total"] = now.reloads;
  return {.status = 200,
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .allow = {}};
}

}  // namespace flywall::control
