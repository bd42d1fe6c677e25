#include "daemon/failover/settings.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/key.hpp"
#include "netlink/limits.hpp"

namespace flywall::failover {

namespace {

constexpr Duration kShortestListening =
    500ms;                     // E1: neighbours, switches and peers need their moment
constexpr int kExchanges = 3;  // intervals until two nodes have proven themselves (E14)
constexpr Duration kShortestProviderLease = 1s;
constexpr Duration kAfterScript = 1s;  // until its end is reported
// The addresses that an offer keeps quiet go by themselves after kLongestLinger: the offer ends
// before, and leaves time to take them back.
static_assert(config::kMaxVirtualRoutes <= netlink::kMaxVirtualRoutes);
constexpr Duration kLongestTransfer = netlink::kLongestLinger - 1s;

heartbeat::Failback failback_of(config::FailbackMode mode) {
  switch (mode) {
    case config::FailbackMode::automatic:
      return heartbeat::Failback::automatic;
    case config::FailbackMode::manual:
      return heartbeat::Failback::manual;
    case config::FailbackMode::disabled:
      return heartbeat::Failback::disabled;
  }
  return heartbeat::Failback::manual;
}

std::uint64_t draw() {
  std::uint64_t value = 0;
  while (value == 0) randombytes_buf(&value, sizeof value);
  return value;
}

PeerSetting setting_of(const config::Peer& peer) {
  PeerSetting setting{.name = peer.name};
  for (const HostPort& path : peer.heartbeat) {
    setting.port = path.port.value_or(setting.port);
    setting.hosts.try_push_back(digest64(as_bytes(path.host)));
    if (const auto address = IpAddress::parse(path.host))
      setting.endpoints.try_push_back({*address, setting.port});
  }
  return setting;
}

WitnessSetting setting_of(const config::Witness& witness) {
  WitnessSetting setting{.node = witness.type == config::WitnessType::node,
                         .name = InlineText<63>::cut(witness.name),
                         .address = {}};
  const auto place = HostPort::parse(witness.address);
  if (!setting.node || !place) return setting;
  setting.address = IpAddress::parse(place->host);
  setting.port = place->port.value_or(config::Ha{}.heartbeat_port);
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

// E6: a witness that is a node votes as nodes do; a lock provider is slower.
heartbeat::WitnessTerms terms_of(const config::Witness& witness, const config::Ha& ha,
                                 Duration lease) {
  const std::string tagged = "witness " + witness.name;  // no node has this name
  heartbeat::WitnessTerms terms{
      .lease = lease, .renew = ha.heartbeat_interval, .tag = NodeTag{digest64(as_bytes(tagged))}};
  if (witness.type == config::WitnessType::node) return terms;
  terms.lease = std::max(ha.lease.ttl.value_or(lease), kShortestProviderLease);
  terms.renew = std::min(ha.lease.renew.value_or(terms.lease / 3), terms.lease / 2);
  return terms;
}

heartbeat::Policy policy_of(const config::Replication& replication, std::size_t peers) {
  const config::Ha& ha = replication.ha;
  const Duration detection = std::max(ha.detection_time(), ha.heartbeat_interval);
  const Duration lease = std::max(ha.lease.ttl.value_or(detection), detection);
  heartbeat::Policy policy{
      .self = replication.node_id,
      .self_tag = node_tag(replication.node_id),
      .priority = ha.priority,
      .interval = ha.heartbeat_interval,
      .detection = detection,
      .listen = std::max({lease, kExchanges * ha.heartbeat_interval, kShortestListening}),
      .quorum = ha.quorum == config::Quorum::majority ? heartbeat::Quorum::majority
                                                      : heartbeat::Quorum::none,
      .lease = lease,
      .keep_on_witness_loss = ha.lease.on_witness_loss == config::OnWitnessLoss::keep,
      .takeover = ha.takeover == config::Takeover::automatic,
      .failback = failback_of(ha.failback_mode),
      .failback_delay = ha.failback_delay,
      .failback_window = ha.failback_window,
      .transfer_timeout = std::min(ha.transfer_timeout, kLongestTransfer),
      .take_limit =
          heartbeat::kTakeLimit + (ha.fencing.script.empty() ? Duration{} : ha.fencing.timeout),
      .prepare_limit =
          ha.pre_failover_script.empty() ? Duration{} : ha.script_timeout + kAfterScript,
      .prepare_required = ha.pre_failover_required,
      .peers = static_cast<std::uint8_t>(peers),
      .address_digest = digest_of(ha.virtual_ips),
      .seed = draw(),
      .fallback_floor = Epoch{static_cast<std::uint64_t>(wall_clock_ms() / 1000)}};
  for (const config::Witness& witness : ha.witnesses)
    policy.witnesses.try_push_back(terms_of(witness, ha, lease));
  return policy;
}

}  // namespace

Settings settings_from(const config::Config& config) {
  const config::Replication& replication = config.replication;
  Settings settings;
  settings.tag = netlink::address_tag(replication.cluster_id);
  settings.route_tag = netlink::route_tag(replication.cluster_id);
  settings.fence = replication.ha.fence.enabled;
  settings.loop.fencing = !replication.ha.fencing.script.empty();
  settings.loop.fencing_required = replication.ha.fencing.required;
  settings.loop.fence_forwarding =
      replication.ha.fence.forwarding.value_or(replication.ha.quorum == config::Quorum::majority);
  settings.cluster_id = replication.cluster_id;
  settings.shutdown_grace = replication.ha.shutdown_grace;
  for (const config::Peer& peer : config::peers(replication))
    settings.loop.peers.push_back(setting_of(peer));
  settings.loop.policy = policy_of(replication, settings.loop.peers.size());
  settings.loop.instance = InstanceId{draw()};
  settings.loop.watched = watched_from(replication.ha);
  for (const config::Witness& witness : replication.ha.witnesses)
    settings.loop.witnesses.try_push_back(setting_of(witness));
  for (const config::VirtualIp& address : replication.ha.virtual_ips) {
    settings.addresses.push_back({.prefix = address.address,
                                  .interface = netlink::InterfaceName::cut(address.interface),
                                  .label = netlink::InterfaceName::cut(address.label),
                                  .arp_ping = address.arp_ping,
                                  .gratuitous_arp = address.gratuitous_arp});
  }
  for (const config::VirtualMac& mac : replication.ha.virtual_macs)
    settings.links.push_back(
        {.parent = netlink::InterfaceName::cut(mac.interface),
         .mac = mac.address.value_or(netlink::cluster_mac(replication.cluster_id))});
  for (const config::VirtualRoute& route : replication.ha.virtual_routes)
    settings.routes.push_back({.to = route.to,
                               .via = route.via.value_or(IpAddress{}),
                               .interface = netlink::InterfaceName::cut(route.interface),
                               .metric = route.metric.value_or(0),
                               .table = route.table,
                               .source = route.source.value_or(IpAddress{})});
  settings.loop.address_count = static_cast<std::uint32_t>(settings.addresses.size());
  return settings;
}

Settings settings_from(const config::Config& config, const Settings& running) {
  Settings settings = settings_from(config);
  settings.loop.instance = running.loop.instance;
  settings.loop.swept = running.loop.swept;
  settings.loop.memory_locked = running.loop.memory_locked;
  settings.loop.policy.seed = running.loop.policy.seed;
  settings.loop.policy.fallback_floor = running.loop.policy.fallback_floor;
  return settings;
}

}  // namespace flywall::failover
