#include "daemon/control/replication.hpp"

#include "daemon/control/json_answer.hpp"

namespace flywall::control {

namespace {

constexpr const char* kNotBuilt =
    "replication is not built yet: nothing is sent to the peers, and a takeover moves addresses "
    "only";

std::string text_of(const HostPort& at) {
  const bool six = at.host.find(':') != std::string::npos;
  return (six ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port.value_or(0));
}

Json head(const View& view) {
  return {{"node_id", view.config.replication.node_id.view()},
          {"mode", config::name(view.config.replication.mode)},
          {"built", false},
          {"connected", false},
          {"message", kNotBuilt}};
}

Json channels_json(const View& view) {
  Json list = Json::array();
  const std::vector<config::Peer> peers = config::peers(view.config.replication);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    Json addresses = Json::array();
    for (const HostPort& address : peers[i].replication) addresses.push_back(text_of(address));
    list.push_back({{"node_id", peer_name(view, i)},
                    {"addresses", std::move(addresses)},
                    {"connected", false},
                    {"lag_seconds", nullptr},
                    {"lag_entries", nullptr}});
  }
  return list;
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

Answer replication_stats_answer(const View& view) {
  Json body = head(view);
  body["replication_bytes_total"] = Json::array();
  body["replication_resyncs_total"] = Json::array();
  body["conntrack_sync_entries"] = Json::array();
  return answer(200, body);
}

Answer replication_peers_answer(const View& view) {
  Json body = head(view);
  body["peers"] = channels_json(view);
  return answer(200, body);
}

Answer replication_lag_answer(const View& view) {
  Json body = head(view);
  body["lag_seconds"] = nullptr;
  body["lag_entries"] = nullptr;
  body["peers"] = channels_json(view);
  return answer(200, body);
}

}  // namespace flywall::control
