#include "daemon/failover/reloader.hpp"

#include <algorithm>
#include <utility>

#include "base/key.hpp"
#include "daemon/config/diagnostic.hpp"
#include "heartbeat/vote.hpp"

namespace flywall::failover {

namespace {

std::string first_line(const config::Diagnostic& diagnostic, const config::Sources& sources) {
  const std::string text = config::render(diagnostic, sources);
  return text.substr(0, text.find('\n'));
}

// "2 of 3 changes applied; a restart is needed for A because …; for B because …".
std::string outcome_of(const std::vector<config::Change>& changes) {
  if (changes.empty()) return "nothing changed";
  const auto live = std::ranges::count_if(changes, &config::Change::live);
  std::string text =
      std::to_string(live) + " of " + std::to_string(changes.size()) + " changes applied";
  const char* link = "; a restart is needed for ";
  for (const config::Change& change : changes) {
    if (change.live()) continue;
    text += std::exchange(link, "; for ") + change.path + " because " + std::string(change.restart);
  }
  return text;
}

std::string remark_of(const std::vector<config::Change>& changes) {
  std::string text;
  for (const config::Change& change : changes)
    if (!change.live()) text += (text.empty() ? "needs a restart: " : ", ") + change.path;
  if (!text.empty()) return text;
  return changes.empty() ? "nothing changed" : "nothing needs a restart";
}

}  // namespace

Result<Sealers> make_sealers(const config::Replication& replication) {
  using heartbeat::Sealer;
  auto current = cluster_key(replication.secret_key.reveal(), replication.cluster_id);
  if (!current) return std::unexpected(current.error());
  const SecretKey sealing = heartbeat::heartbeat_key(*current);
  const SecretKey voting = heartbeat::vote_key(*current);
  if (!replication.previous_secret_key) return Sealers{Sealer(sealing), Sealer(voting)};
  auto previous = cluster_key(replication.previous_secret_key->reveal(), replication.cluster_id);
  if (!previous) return std::unexpected(previous.error());
  const SecretKey opening = heartbeat::heartbeat_key(*previous);
  const SecretKey voted = heartbeat::vote_key(*previous);
  return Sealers{Sealer(sealing, &opening), Sealer(voting, &voted)};
}

ServicesChild::Inheritance inheritance_of(const config::Config& config,
                                          const Assignment& assignment, const std::string& text) {
  return {.config_path = assignment.config_path,
          .state_dir = config.replication.state_dir,
          .api_socket = config.api.socket,
          .node_id = config.replication.node_id.str(),
          .cluster_id = config.replication.cluster_id,
          .heartbeat_port = config.replication.ha.heartbeat_port,
          .quorum = std::string(config::name(config.replication.ha.quorum)),
          .config_text = text};
}

Result<Reloader::Wanted> Reloader::read() const {
  const config::Outcome outcome = assignment_.read();
  Wanted wanted;
  for (const config::Diagnostic& diagnostic : outcome.diagnostics) {
    if (diagnostic.severity == config::Severity::error)
      return fail(ErrorKind::invalid, first_line(diagnostic, outcome.sources));
    wanted.warnings.push_back(first_line(diagnostic, outcome.sources));
  }
  wanted.changes = config::difference(running_, *outcome.config);
  wanted.config = config::without_restarts(running_, *outcome.config);
  wanted.text = config::bundle(outcome.sources);
  wanted.settings = settings_from(wanted.config, settings_);
  const config::Replication& now = running_.replication;
  const config::Replication& then = wanted.config.replication;
  if (now.secret_key != then.secret_key || now.previous_secret_key != then.previous_secret_key) {
    auto sealers = make_sealers(then);
    if (!sealers) return std::unexpected(sealers.error());
    wanted.sealers = std::move(*sealers);
  }
  return wanted;
}

std::unique_ptr<Reload> Reloader::accept(Wanted wanted, std::uint64_t petition) {
  auto reload = std::make_unique<Reload>();
  reload->petition = petition;
  reload->changes = static_cast<std::uint32_t>(wanted.changes.size());
  reload->outcome = InlineText<250>::cut(outcome_of(wanted.changes));
  reload->remark = InlineText<120>::cut(remark_of(wanted.changes));
  reload->loop = wanted.settings.loop;
  reload->sealers = wanted.sealers;
  reload->addresses.route_tag = wanted.settings.route_tag;
  if (wanted.settings.addresses != settings_.addresses)
    reload->addresses.addresses = wanted.settings.addresses;
  reload->addresses.cluster_id = wanted.settings.cluster_id;
  if (wanted.settings.links != settings_.links) reload->addresses.links = wanted.settings.links;
  if (wanted.settings.routes != settings_.routes) reload->addresses.routes = wanted.settings.routes;
  running_ = std::move(wanted.config);
  settings_ = std::move(wanted.settings);
  return reload;
}

}  // namespace flywall::failover
