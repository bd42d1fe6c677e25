#include "daemon/services/peer_channel.hpp"

#include <sodium.h>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "daemon/await.hpp"
#include "daemon/log/log.hpp"

namespace flywall::services {

namespace asio = boost::asio;
using processes::Happening;

namespace {

// A life of this process: it may be started again while the failover process goes on.
InstanceId draw_instance() {
  InstanceId instance;
  while (instance.value == 0) randombytes_buf(&instance.value, sizeof instance.value);
  return instance;
}

processes::HistoryEntry entry_of(Happening happening, const NodeId& node,
                                 const std::string& detail) {
  processes::HistoryEntry entry;
  entry.wall_ms = wall_clock_ms();
  entry.at = now();
  entry.happening = happening;
  entry.peer = node;
  entry.detail = InlineText<120>::cut(detail);
  return entry;
}

replication::MeshSetting setting_of(const config::Replication& config, InstanceId instance,
                                    const replication::Keys& keys) {
  replication::MeshSetting setting{.self = {.node = config.node_id, .instance = instance},
                                   .cluster_id = config.cluster_id,
                                   .keys = keys,
                                   .listen = config.listen_addr,
                                   .targets = {}};
  for (const config::Peer& peer : config::peers(config))
    setting.targets.push_back({.name = peer.name, .addresses = peer.replication});
  return setting;
}

}  // namespace

PeerChannel::PeerChannel(Parts parts)
    : parts_(std::move(parts)),
      instance_(draw_instance()),
      keys_(parts_.executor),
      mesh_(parts_.executor,
            {.connected = [this](const NodeId& node,
                                 const std::string& remote) { connected(node, remote); },
             .lost = [this](const NodeId& node, replication::Ending,
                            const std::string& why) { lost(node, why); },
             .trouble =
                 [](const std::string& sentence) {
                   log::warning("channel_trouble", {{"detail", sentence}});
                 },
             .events = nullptr}) {}

bool PeerChannel::is_wanted() const {
  const config::Replication& replication = parts_.config.replication;
  return replication.mode != config::Mode::standalone || replication.ha.enabled;
}

void PeerChannel::reconfigured() {
  if (!is_wanted()) return;
  if (parts_.config.replication.secret_key.empty()) {
    trouble_ =
        "without secret_key the nodes cannot authenticate each other: the channel stays shut";
    return;
  }
  keys_.derive(parts_.config.replication,
               [this](const Result<replication::Keys>& keys) { take_keys(keys); });
}

void PeerChannel::take_keys(const Result<replication::Keys>& keys) {
  if (!keys) {
    trouble_ = keys.error().message;
    log::error("channel_trouble", {{"detail", trouble_}});
    return;
  }
  trouble_.clear();
  runs_ = true;
  mesh_.configure(setting_of(parts_.config.replication, instance_, *keys));
}

asio::awaitable<void> PeerChannel::follow_claim() {
  asio::steady_timer timer(parts_.executor);
  while (true) {
    const heartbeat::Claim claim = parts_.snapshot.read().claim;
    mesh_.stand({.epoch = claim.epoch,
                 .claimant = claim.claimant.empty() ? NodeTag{} : node_tag(claim.claimant)});
    timer.expires_after(kStandingInterval);
    co_await timer.async_wait(kAwait);
  }
}

asio::awaitable<void> PeerChannel::stop() {
  constexpr Duration kLook = 5ms;
  asio::steady_timer timer(parts_.executor);
  const Time end = now() + kGoodbyeLimit;
  for (mesh_.stop(); !mesh_.is_quiet() && now() < end;) {
    timer.expires_after(kLook);
    co_await timer.async_wait(kAwait);
  }
}

void PeerChannel::connected(const NodeId& node, const std::string& remote) {
  connected_since_[node] = now();
  const auto entry = entry_of(Happening::channel_connected, node, remote);
  log::history(entry);
  parts_.note(entry);
}

void PeerChannel::lost(const NodeId& node, const std::string& why) {
  auto entry = entry_of(Happening::channel_lost, node, why);
  entry.duration = entry.at - connected_since_[node];
  log::history(entry);
  parts_.note(entry);
}

control::ChannelView PeerChannel::view() const {
  return {.runs = runs_,
          .trouble = trouble_.empty() ? mesh_.listen_trouble() : trouble_,
          .peers = mesh_.peers(),
          .traffic = mesh_.traffic()};
}

std::vector<std::string> PeerChannel::warnings() const {
  std::vector<std::string> found;
  if (!trouble_.empty()) found.push_back("replication: " + trouble_);
  if (!mesh_.listen_trouble().empty()) found.push_back("replication: " + mesh_.listen_trouble());
  for (const replication::PeerState& peer : mesh_.peers())
    if (!peer.connected && !peer.trouble.empty())
      found.push_back("replication: " + (peer.node.empty() ? "a peer" : peer.node.str()) +
                      " is not connected: " + peer.trouble);
  return found;
}

}  // namespace flywall::services
