#include "daemon/cli/render.hpp"

#include <nlohmann/json.hpp>

#include "daemon/cli/lenient.hpp"
#include "daemon/control/words.hpp"

namespace flywall::cli {

std::string paint_role(const std::string& role, const Style& style) {
  if (role == "primary") return style.good(role);
  if (role == "fault" || role == "unknown") return style.bad(role);
  return role;
}

std::string what_happened(const Json& entry) {
  std::string result;
  const auto add = [&result](const std::string& part) {
    if (!part.empty()) result += (result.empty() ? "" : ", ") + part;
  };
  if (at(entry, "from").is_string()) add(text(entry, "from", "") + " -> " + text(entry, "to", ""));
  add(text(entry, "reason_text", ""));
  add(text(entry, "detail", ""));
  if (at(entry, "peer").is_string()) add("peer " + text(entry, "peer", ""));
  if (at(entry, "count").is_number() && at(entry, "count") != 0)
    add(text(entry, "count", "") + " of them");
  if (at(entry, "duration_ms").is_number() && at(entry, "duration_ms").get<double>() > 0)
    add("took " + milliseconds(at(entry, "duration_ms")));
  return result;
}

namespace {

std::string summary(const Json& status, const Style& style) {
  const std::string role = text(status, "role", "unknown");
  std::string result =
      style.strong(text(status, "node_id", "?")) + " is " + paint_role(role, style);
  if (const Json& leader = at(status, "leader_id"); !is_true(status, "is_leader"))
    result += leader.is_null() ? ", " + style.bad("nobody is primary")
                               : ", " + style.strong(text(leader)) + " is primary";
  return result + "\n" + text(status, "why", "") + "\n";
}

// "kernel, open", "lifetimes", "off".
std::string fence(const Json& state) {
  if (!state.is_object()) return "-";
  const Json& open = at(state, "open");
  const std::string kind = text(state, "kind", "-");
  if (!open.is_boolean()) return kind;
  return kind + (is_true(state, "idle") ? ", idle" : open == true ? ", open" : ", closed");
}

std::string facts(const Json& status, const Style& style) {
  std::vector<Row> rows{
      {"EPOCH", "PRIORITY", "DETECTION", "QUORUM", "FENCE", "UPTIME", "LAST CHANGE"}};
  const Json& last = at(status, "last_transition");
  const std::string change = last.is_object()
                                 ? text(last, "from", "?") + " -> " + text(last, "to", "?") + " " +
                                       ago(at(last, "age_seconds"))
                                 : "none";
  rows.push_back({text(status, "epoch", "-"), text(status, "effective_priority", "-"),
                  milliseconds(at(status, "detection_ms")), text(status, "quorum", "-"),
                  fence(at(status, "fence")), words_of_seconds(at(status, "uptime_seconds")),
                  change});
  return columns(rows, "  ", style);
}

// More addresses than fit a screen are counted, and only what differs is listed.
std::string addresses(const Json& status, const Style& style) {
  constexpr std::size_t kMostListed = 16;
  const Json& list = at(status, "virtual_ips");
  if (!list.is_array() || list.empty()) return "";
  std::vector<Row> rows{{"VIRTUAL IP", "INTERFACE", "HERE"}};
  const bool leads = is_true(status, "is_leader");
  std::size_t held = 0;
  for (const Json& address : list) {
    const bool here = is_true(address, "held");
    held += here ? 1 : 0;
    if (list.size() > kMostListed && here == leads) continue;
    if (rows.size() > kMostListed) continue;
    rows.push_back({text(address, "address", "?"), text(address, "interface", "?"),
                    here == leads ? (here ? style.good("yes") : "no")
                                  : (here ? style.bad("yes") : style.bad("no"))});
  }
  std::string result = rows.size() > 1 ? "\n" + columns(rows, "  ", style) : "\n";
  if (list.size() > kMostListed)
    result += "  " + std::to_string(held) + " of " + std::to_string(list.size()) +
              " virtual IPs are here\n";
  return result;
}

void add_peer(const Json& peer, std::vector<Row>& rows, const Style& style) {
  const bool alive = is_true(peer, "alive");
  rows.push_back({text(peer, "node_id", "?"),
                  alive ? paint_role(text(peer, "role", "-"), style) : style.bad("silent"),
                  is_true(peer, "known") ? ago(at(peer, "last_heard_seconds")) : "never",
                  milliseconds(at(peer, "round_trip_ms")), text(peer, "effective_priority", "-"),
                  ""});
  const Json& paths = at(peer, "paths");
  if (!paths.is_array()) return;
  for (const Json& path : paths)
    rows.push_back({"  via " + text(path, "remote", "?"),
                    is_true(path, "alive") ? style.good("alive") : style.bad("silent"), "",
                    milliseconds(at(path, "round_trip_ms")), "",
                    text(path, "loss_percent", "-") + " %"});
}

std::string peers(const Json& status, const Style& style) {
  const Json& list = at(status, "peers");
  if (!list.is_array() || list.empty()) return "";
  std::vector<Row> rows{{"PEER", "STATE", "HEARD", "ROUND TRIP", "PRIORITY", "LOSS"}};
  for (const Json& peer : list) add_peer(peer, rows, style);
  return "\n" + columns(rows, "  ", style);
}

std::string monitors(const Json& status, const Style& style) {
  const Json& list = at(status, "monitors");
  if (!list.is_array() || list.empty()) return "";
  std::vector<Row> rows{{"MONITOR", "STATE", "WEIGHT", "FOR", "WHAT"}};
  for (const Json& monitor : list) {
    const std::string state = text(monitor, "state", "unknown");
    const std::string painted = state == "up"     ? style.good(state)
                                : state == "down" ? style.bad(state)
                                                  : state;
    const Json& weight = at(monitor, "weight");
    rows.push_back({text(monitor, "kind", "?") + " " + text(monitor, "name", "?"), painted,
                    weight == 0 ? "fault class" : text(weight),
                    words_of_seconds(at(monitor, "since_seconds")), text(monitor, "detail", "")});
  }
  return "\n" + columns(rows, "  ", style);
}

std::string warnings(const Json& status, const Style& style) {
  const Json& list = at(status, "warnings");
  if (!list.is_array() || list.empty()) return "";
  std::string result = "\n";
  for (const Json& warning : list) result += style.warn("! ") + text(warning) + "\n";
  return result;
}

}  // namespace

std::string render_status(const Json& status, const Style& style) {
  return summary(status, style) + "\n" + facts(status, style) + addresses(status, style) +
         peers(status, style) + monitors(status, style) + warnings(status, style);
}

std::string render_cluster(const Json& cluster, const Style& style) {
  std::vector<Row> rows{{"NODE", "STATE", "PRIORITY", "EPOCH", "HEARD", "ROUND TRIP"}};
  if (const Json& nodes = at(cluster, "nodes"); nodes.is_array())
    for (const Json& node : nodes) {
      const bool self = is_true(node, "self");
      const bool alive = is_true(node, "alive");
      rows.push_back(
          {text(node, "node_id", "?") + (self ? " (this node)" : ""),
           alive || self ? paint_role(text(node, "role", "-"), style) : style.bad("silent"),
           text(node, "effective_priority", "-"), text(node, "epoch", "-"),
           self ? "-" : ago(at(node, "last_heard_seconds")),
           milliseconds(at(node, "round_trip_ms"))});
    }
  std::string result = "cluster " + style.strong(text(cluster, "cluster_id", "?")) + ": ";
  const Json& primaries = at(cluster, "primaries");
  if (primaries == 1)
    result += style.good("one primary") + ", " + style.strong(text(cluster, "leader_id", "?"));
  else
    result += style.bad(primaries == 0 ? "no primary" : text(primaries) + " primaries");
  return result + "\n\n" + columns(rows, "  ", style);
}

std::string render_replication(const Json& answer, const Style& style) {
  std::string result;
  if (const Json& message = at(answer, "message"); message.is_string())
    result = style.warn("! ") + text(message) + "\n";
  const Json& peers = at(answer, "peers");
  if (!peers.is_array() || peers.empty()) return result;
  if (const Json& trouble = at(answer, "trouble"); trouble.is_string())
    result += style.warn("! ") + text(trouble) + "\n";
  std::vector<Row> rows{{"PEER", "ADDRESSES", "CONNECTED", "LAG", "RTT", "FOR", "TROUBLE"}};
  for (const Json& peer : peers) {
    std::string addresses;
    if (const Json& list = at(peer, "addresses"); list.is_array())
      for (const Json& address : list) addresses += (addresses.empty() ? "" : ", ") + text(address);
    rows.push_back({text(peer, "node_id", "?"), addresses,
                    is_true(peer, "connected") ? style.good("yes") : "no",
                    words_of_seconds(at(peer, "lag_seconds")),
                    words_of_seconds(at(peer, "rtt_seconds")),
                    words_of_seconds(at(peer, "connected_seconds")), text(peer, "trouble", "")});
  }
  return result + "\n" + columns(rows, "  ", style);
}

std::string render_history(const Json& history, std::int64_t wall_ms, const Style& style) {
  const Json& list = at(history, "history");
  if (!list.is_array() || list.empty()) return "nothing has happened yet\n";
  std::vector<Row> rows{{"AT", "AGO", "EVENT", "EPOCH", "WHAT"}};
  for (const Json& entry : list) {
    const Json& at_ms = at(entry, "at_ms");
    const std::int64_t age = at_ms.is_number() ? wall_ms - at_ms.get<std::int64_t>() : 0;
    rows.push_back({text(entry, "at", "-"), control::in_words(std::chrono::milliseconds(age)),
                    text(entry, "event", "-"), text(entry, "epoch", "-"), what_happened(entry)});
  }
  return columns(rows, "", style);
}

}  // namespace flywall::cli
