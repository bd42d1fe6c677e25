#include "daemon/failover/settings.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/key.hpp"

namespace flywall::failover {

namespace {

constexpr Duration kShortestListening =
    500ms;                     // E1: neighbours, switches and peers need their moment
constexpr int kExchanges = 3;  // intervals until two nodes have proven themselves (E14)

std::uint64_t draw() {
  std::uint64_t value = 0;
  while (value == 0) randombytes_buf(&value, sizeof value);
  return value;
}

PeerSetting setting_of(const config::Peer& peer) {
  PeerSetting setting{.name = peer.name};
  for (const HostPort& path : peer.heartbeat) {
    setting.port = path.port.value_or(setting.port);
    if (const auto address = IpAddress::parse(path.host))
      setting.endpoints.try_push_back({*address, setting.port});
  }
  return setting;
}

// Independent of the order in which addresses are written, so that equal sets have equal digests.
std::uint64_t digest_of(const std::vector<config::VirtualIp>& addresses) {
  std::vector<std::string> texts;
  for (const config::VirtualIp& address : addresses) texts.push_back(address.address.str());
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return digest64(as_bytes(all));
}

heartbeat::Policy policy_of(const config::Replication& replication, std::size_t peers) {
  const config::Ha& ha = replication.ha;
  const Duration detection = std::max(ha.detection_time(), ha.heartbeat_interval);
  return {.self = replication.node_id,
          .self_tag = node_tag(replication.node_id),
          .priority = ha.priority,
          .interval = ha.heartbeat_interval,
          .detection = detection,
          .listen = std::max({detection, kExchanges * ha.heartbeat_interval, kShortestListening}),
          .quorum = ha.quorum == config::Quorum::majority ? heartbeat::Quorum::majority
                                                          : heartbeat::Quorum::none,
          .takeover = ha.takeover == config::Takeover::automatic,
          .peers = static_cast<std::uint8_t>(peers),
          .address_digest = digest_of(ha.virtual_ips),
          .seed = draw(),
          .fallback_floor = Epoch{static_cast<std::uint64_t>(wall_clock_ms() / 1000)}};
}

}  // namespace

Settings settings_from(const config::Config& config) {
  const config::Replication& replication = config.replication;
  Settings settings;
  settings.tag = netlink::address_tag(replication.cluster_id);
  for (const config::Peer& peer : config::peers(replication))
    settings.loop.peers.push_back(setting_of(peer));
  settings.loop.policy = policy_of(replication, settings.loop.peers.size());
  settings.loop.instance = InstanceId{draw()};
  settings.loop.monitored = replication.ha.monitor_links;
  for (const config::VirtualIp& address : replication.ha.virtual_ips) {
    settings.addresses.push_back({.prefix = address.address,
                                  .interface = netlink::InterfaceName::cut(address.interface),
                                  .label = netlink::InterfaceName::cut(address.label),
                                  .arp_ping = address.arp_ping,
                                  .gratuitous_arp = address.gratuitous_arp});
    settings.loop.monitored.push_back(address.interface);
  }
  auto& names = settings.loop.monitored;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  settings.loop.address_count = static_cast<std::uint32_t>(settings.addresses.size());
  return settings;
}

}  // namespace flywall::failover
