#include "daemon/control/answers.hpp"

#include "daemon/control/json_answer.hpp"
#include "daemon/control/witnesses.hpp"
#include "daemon/control/words.hpp"

namespace flywall::control {

namespace {

using heartbeat::Reason;
using processes::HistoryEntry;
using processes::MonitorStatus;
using processes::PathStatus;
using processes::PeerStatus;
using processes::Snapshot;

double milliseconds(Duration duration) {
  return static_cast<double>(duration.count() / 1000) / 1000.0;
}

double seconds(Duration duration) {
  return static_cast<double>(
             std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) /
         1000.0;
}

Json measured_ms(Duration duration) {
  return duration == Duration{} ? Json(nullptr) : Json(milliseconds(duration));
}

Json path_json(const PathStatus& path) {
  return {{"remote", path.remote.str()},
          {"alive", path.alive},
          {"automatic", path.automatic},
          {"round_trip_ms", measured_ms(path.round_trip)},
          {"loss_percent", path.loss_permille / 10.0},
          {"sent", path.sent},
          {"received", path.received},
          {"send_errors", path.send_errors}};
}

Json peer_json(const View& view, std::size_t index) {
  const PeerStatus& peer = view.snapshot.peers[index];
  Json paths = Json::array();
  for (const PathStatus& path : peer.paths)
    if (path.used) paths.push_back(path_json(path));
  Json result{{"node_id", peer_name(view, index)}, {"known", peer.known}, {"alive", peer.alive}};
  if (peer.known) {
    result["role"] = peer.alive ? Json(heartbeat::name_of(peer.state)) : Json(nullptr);
    result["hears_us"] = peer.hears_us;
    result["effective_priority"] = peer.rank.priority;
    result["fault"] = heartbeat::name_of(peer.rank.fault);
    result["in_sync"] = peer.rank.in_sync;
    result["epoch"] = peer.claim.epoch.value;
    result["last_heard_seconds"] = seconds(view.now - peer.last_heard);
    result["round_trip_ms"] = measured_ms(peer.round_trip);
    result["heartbeat_interval_ms"] = milliseconds(peer.interval);
    result["detection_ms"] = milliseconds(peer.detection);
    result["same_addresses"] = peer.address_digest == view.snapshot.address_digest;
  }
  result["paths"] = std::move(paths);
  return result;
}

Json peers_json(const View& view) {
  Json peers = Json::array();
  for (std::size_t i = 0; i < view.snapshot.peers.size(); ++i)
    if (view.snapshot.peers[i].used) peers.push_back(peer_json(view, i));
  return peers;
}

Json addresses_json(const View& view) {
  Json addresses = Json::array();
  const std::vector<config::VirtualIp>& configured = view.config.replication.ha.virtual_ips;
  for (std::size_t i = 0; i < configured.size(); ++i) {
    const bool held = view.fresh() && i < view.snapshot.address_count && view.snapshot.is_held(i);
    addresses.push_back({{"address", configured[i].address.str()},
                         {"interface", configured[i].interface},
                         {"label", text_or_null(configured[i].label)},
                         {"held", held}});
  }
  return addresses;
}

Json failback_json(const View& view) {
  const config::Ha& ha = view.config.replication.ha;
  const heartbeat::FailbackView& now = view.snapshot.failback;
  const auto left = [&](const std::optional<Time>& at) {
    return at && view.fresh() ? Json(seconds(std::max(*at - view.now, Duration{}))) : Json(nullptr);
  };
  const bool damped = now.damped_until && *now.damped_until > view.now;
  const auto until_ms = [&] {
    return view.wall_ms + (*now.damped_until - view.now) / std::chrono::milliseconds(1);
  };
  return {{"mode", config::name(ha.failback_mode)},
          {"enabled", view.fresh() && now.enabled},
          {"delay_seconds", seconds(ha.failback_delay)},
          {"window_seconds", seconds(ha.failback_window)},
          {"ready_in_seconds", left(now.ready_at)},
          {"damped_until", damped ? Json(iso_time(until_ms())) : Json(nullptr)},
          {"damped_for_seconds", damped ? left(now.damped_until) : Json(nullptr)}};
}

Json monitors_json(const View& view) {
  Json monitors = Json::array();
  const Snapshot& now = view.snapshot;
  for (std::size_t i = 0; i < now.monitor_count && i < now.monitors.size(); ++i) {
    const MonitorStatus& monitor = now.monitors[i];
    monitors.push_back(
        {{"kind", processes::name_of(monitor.kind)},
         {"name", monitor.name.view()},
         {"state", processes::name_of(monitor.state)},
         {"weight", monitor.weight},
         {"since_seconds",
          monitor.since == Time{} ? Json(nullptr) : Json(seconds(view.now - monitor.since))},
         {"detail", text_or_null(monitor.detail.view())}});
  }
  return monitors;
}

// Nothing is known of what the kernel enforces once the failover process does not answer, but it
// enforces it all the same.
Json fence_json(const View& view) {
  const processes::FenceStatus& fence = view.snapshot.fence;
  const bool enforced = fence.kind == processes::FenceStatus::Kind::kernel;
  const bool open = fence.idle || fence.until > view.now;
  return {
      {"kind", processes::name_of(fence.kind)},
      {"idle", enforced ? Json(fence.idle) : Json(nullptr)},
      {"open", enforced ? Json(open) : Json(nullptr)},
      {"closes_in_ms", enforced && open && !fence.idle ? Json(milliseconds(fence.until - view.now))
                                                       : Json(nullptr)},
      {"forwarding", enforced && fence.forwarding},
      {"trouble", text_or_null(fence.trouble.view())}};
}

Json handover_json(const View& view) {
  if (!view.fresh() || !view.snapshot.handing_over) return nullptr;
  return {{"to", view.snapshot.successor.view()}};
}

Json transition_json(const View& view) {
  const Snapshot& now = view.snapshot;
  if (now.transition_wall_ms == 0) return nullptr;
  return {{"at", iso_time(now.transition_wall_ms)},
          {"age_seconds", seconds(view.now - now.transition_at)},
          {"from", heartbeat::name_of(now.transition_from)},
          {"to", heartbeat::name_of(now.transition_to)},
          {"reason", heartbeat::name_of(now.transition_reason)},
          {"reason_text", heartbeat::sentence_of(now.transition_reason)}};
}

Json leader_json(const View& view) {
  const bool known = view.fresh() && view.snapshot.holder_known;
  return known ? Json(view.snapshot.holder.view()) : Json(nullptr);
}

// As configured; what other nodes call their address is learned in a later version.
Json leader_url_json(const View& view) {
  if (!view.fresh() || !view.snapshot.holder_known) return nullptr;
  for (const config::NodeUrl& one : view.config.replication.ha.leader_urls)
    if (one.node == view.snapshot.holder) return one.url;
  return nullptr;
}

Json self_json(const View& view) {
  return {{"node_id", view.config.replication.node_id.view()},
          {"self", true},
          {"alive", view.fresh()},
          {"role", role(view)},
          {"is_leader", view.is_leader()},
          {"effective_priority", view.snapshot.rank.priority},
          {"epoch", view.snapshot.claim.epoch.value},
          {"fault", heartbeat::name_of(view.snapshot.fault)},
          {"last_heard_seconds", view.fresh() ? Json(seconds(view.age())) : Json(nullptr)},
          {"round_trip_ms", nullptr}};
}

Json entry_json(const StoredEntry& stored) {
  const HistoryEntry& entry = stored.entry;
  Json result{{"id", stored.id == 0 ? Json(nullptr) : Json(stored.id)},
              {"at", iso_time(entry.wall_ms)},
              {"at_ms", entry.wall_ms},
              {"event", processes::name_of(entry.happening)}};
  if (entry.happening == processes::Happening::transition) {
    result["from"] = heartbeat::name_of(entry.from);
    result["to"] = heartbeat::name_of(entry.to);
  }
  result["reason"] = entry.reason == Reason::none ? Json(nullptr) : Json(name_of(entry.reason));
  result["reason_text"] =
      entry.reason == Reason::none ? Json(nullptr) : Json(sentence_of(entry.reason));
  result["epoch"] = entry.epoch.value;
  result["claimant"] = text_or_null(entry.claimant.view());
  result["peer"] = text_or_null(entry.peer.view());
  result["count"] = entry.count;
  result["duration_ms"] = milliseconds(entry.duration);
  result["detail"] = text_or_null(entry.detail.view());
  return result;
}

}  // namespace

Answer status_answer(const View& view) {
  const Snapshot& now = view.snapshot;
  const config::Ha& ha = view.config.replication.ha;
  Json body{{"enabled", ha.enabled},
            {"node_id", view.config.replication.node_id.view()},
            {"cluster_id", view.config.replication.cluster_id},
            {"role", role(view)},
            {"is_leader", view.is_leader()},
            {"leader_id", leader_json(view)},
            {"leader_url", leader_url_json(view)},
            {"epoch", now.claim.epoch.value},
            {"priority", ha.priority},
            {"effective_priority", now.rank.priority},
            {"penalty", now.penalty},
            {"lease_ms", nullptr},
            {"expires_in_ms", nullptr},
            {"detection_ms", milliseconds(ha.detection_time())},
            {"quorum", config::name(ha.quorum)},
            {"has_quorum", view.fresh() && now.has_quorum},
            {"fenced", view.is_fenced()},
            {"fault", heartbeat::name_of(now.fault)}};
  body["fence"] = fence_json(view);
  body["virtual_ips"] = addresses_json(view);
  body["peers"] = peers_json(view);
  body["failback"] = failback_json(view);
  body["handover"] = handover_json(view);
  body["monitors"] = monitors_json(view);
  body["witnesses"] = witnesses_json(view);
  body["configuration"] = {{"reloads", now.reloads},
                           {"last_reload_successful", now.last_reload_good}};
  body["last_transition"] = transition_json(view);
  body["uptime_seconds"] =
      now.started == Time{} ? Json(nullptr) : Json(seconds(view.now - now.started));
  body["state_age_seconds"] = now.updated == Time{} ? Json(nullptr) : Json(seconds(view.age()));
  body["why"] = why(view);
  body["warnings"] = warnings(view);
  return answer(200, body);
}

Answer cluster_answer(const View& view) {
  Json nodes = Json::array({self_json(view)});
  unsigned primaries = view.is_leader() ? 1 : 0;
  for (Json peer : peers_json(view)) {
    const bool leads = peer.value("alive", false) && (peer.value("role", Json()) == "primary" ||
                                                      peer.value("role", Json()) == "handing_over");
    if (leads) ++primaries;
    peer["self"] = false;
    peer["is_leader"] = leads;
    peer.erase("paths");
    nodes.push_back(std::move(peer));
  }
  return answer(200, {{"cluster_id", view.config.replication.cluster_id},
                      {"leader_id", leader_json(view)},
                      {"primaries", primaries},
                      {"epoch", view.snapshot.claim.epoch.value},
                      {"quorum", config::name(view.config.replication.ha.quorum)},
                      {"has_quorum", view.fresh() && view.snapshot.has_quorum},
                      {"state_age_seconds", seconds(view.age())},
                      {"nodes", std::move(nodes)}});
}

std::optional<processes::Happening> happening_named(std::string_view name) {
  constexpr int kNumbers = 256;  // of the type: what has no name has none to be found
  for (int number = 1; number < kNumbers; ++number)
    if (const auto happening = static_cast<processes::Happening>(number);
        name == processes::name_of(happening) && name != "unknown")
      return happening;
  return std::nullopt;
}

Answer history_answer(std::span<const StoredEntry> entries) {
  Json list = Json::array();
  for (const StoredEntry& entry : entries) list.push_back(entry_json(entry));
  return answer(200, {{"history", std::move(list)}});
}

Answer health_answer(const View& view) {
  const bool well = !view.config.replication.ha.enabled || view.fresh();
  return answer(well ? 200 : 503, {{"status", well ? "ok" : "failing"}, {"role", role(view)}});
}

Answer quorum_answer(const View& view) {
  const Snapshot& now = view.snapshot;
  Json voters = Json::array({{{"node_id", view.config.replication.node_id.view()},
                              {"self", true},
                              {"heard", view.fresh()}}});
  unsigned heard = view.fresh() ? 1 : 0;
  for (std::size_t i = 0; i < now.peers.size(); ++i) {
    if (!now.peers[i].used) continue;
    const bool alive = view.fresh() && now.peers[i].alive;
    heard += alive ? 1 : 0;
    voters.push_back({{"node_id", peer_name(view, i)}, {"self", false}, {"heard", alive}});
  }
  const std::size_t count = voters.size();
  return answer(200, {{"quorum", config::name(view.config.replication.ha.quorum)},
                      {"has_quorum", view.fresh() && now.has_quorum},
                      {"voters", std::move(voters)},
                      {"voters_heard", heard},
                      {"majority", count / 2 + 1},
                      {"leases", false},
                      {"lease_ms", nullptr},
                      {"expires_in_ms", nullptr}});
}

Answer not_built_answer(std::string_view path) {
  return error_answer(501, "NOT_BUILT",
                      std::string(path) + " is not built yet: a later version answers here");
}

}  // namespace flywall::control
