#include "daemon/config/difference.hpp"

#include <map>

#include "daemon/config/hcl.hpp"
#include "daemon/config/schema.hpp"
#include "daemon/config/value.hpp"

namespace flywall::config {

namespace {

std::string text_of(const Setting& setting, const std::optional<Checked>& value) {
  return value ? print_value(written_value(setting.type, *value)) : "null";
}

// One part of both Configs; the indices count its blocks in each.
struct Pair {
  std::string path;
  std::size_t running = 0;
  std::size_t wanted = 0;
};

class Comparison {
 public:
  Comparison(const Config& running, const Config& wanted) : running_(running), wanted_(wanted) {}

  std::vector<Change> run() {
    inside(schema(), {});
    return std::move(changes_);
  }

 private:
  void inside(const Section& section, const Pair& pair) {
    for (const Setting& setting : section.settings) {
      const auto from = setting.access.show(running_, pair.running);
      const auto to = setting.access.show(wanted_, pair.wanted);
      if (from == to) continue;
      changes_.push_back({pair.path + "." + std::string(setting.name), ChangeKind::changed,
                          text_of(setting, from), text_of(setting, to), setting.restart});
    }
    for (const Section& inner : section.sections) {
      const std::string path = (pair.path.empty() ? "" : pair.path + ".") + std::string(inner.name);
      if (inner.times == Times::once)
        inside(inner, {path});
      else
        blocks(inner, path);
    }
  }

  // Several blocks of one name (routes to one network) pair up in their order.
  static std::multimap<std::string, std::size_t> keys_of(const Section& section,
                                                         const Config& config) {
    std::multimap<std::string, std::size_t> keys;
    for (std::size_t i = 0; i < section.row.count(config); ++i)
      keys.emplace(section.row.key(config, i), i);
    return keys;
  }

  void blocks(const Section& section, const std::string& path) {
    auto before = keys_of(section, running_);
    for (const auto& [key, index] : keys_of(section, wanted_)) {
      const auto old = before.find(key);
      if (old == before.end()) {
        changes_.push_back({path + " " + key, ChangeKind::added, {}, {}, {}});
        continue;
      }
      inside(section, {path + " " + key, old->second, index});
      before.erase(old);
    }
    for (const auto& [key, index] : before)
      changes_.push_back({path + " " + key, ChangeKind::removed, {}, {}, {}});
  }

  const Config& running_;
  const Config& wanted_;
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> difference(const Config& running, const Config& wanted) {
  return Comparison(running, wanted).run();
}

Config without_restarts(const Config& running, Config wanted) {
  Replication& replication = wanted.replication;
  replication.mode = running.replication.mode;
  replication.node_id = running.replication.node_id;
  replication.cluster_id = running.replication.cluster_id;
  replication.listen_addr = running.replication.listen_addr;
  replication.state_dir = running.replication.state_dir;
  replication.ha.enabled = running.replication.ha.enabled;
  replication.ha.heartbeat_port = running.replication.ha.heartbeat_port;
  replication.ha.quorum = running.replication.ha.quorum;
  replication.ha.fence.enabled = running.replication.ha.fence.enabled;
  wanted.api.listen = running.api.listen;
  wanted.api.socket = running.api.socket;
  wanted.api.tls_cert = running.api.tls_cert;
  wanted.api.tls_key = running.api.tls_key;
  wanted.api.client_ca = running.api.client_ca;
  wanted.api.health_listen = running.api.health_listen;
  wanted.log.format = running.log.format;
  return wanted;
}

std::string describe(const Change& change) {
  std::string what;
  switch (change.kind) {
    case ChangeKind::changed:
      what = change.path + ": " + change.from + " → " + change.to;
      break;
    case ChangeKind::added:
      what = change.path + " is added";
      break;
    case ChangeKind::removed:
      what = change.path + " is removed";
      break;
  }
  return what + (change.live() ? " (applied live)"
                               : " (needs a restart because " + std::string(change.restart) + ")");
}

}  // namespace flywall::config
