#include "daemon/config/schema.hpp"

#include <array>
#include <optional>
#include <type_traits>
#include <utility>

namespace flywall::config {

namespace {

template <class Field>
void assign(Field& field, Checked&& value) {
  if constexpr (std::is_same_v<Field, bool>)
    field = std::get<bool>(value);
  else if constexpr (std::is_enum_v<Field> || std::is_integral_v<Field>)
    field = static_cast<Field>(std::get<std::int64_t>(value));
  else if constexpr (std::is_same_v<Field, NodeId>)
    field = NodeId(std::get<std::string>(value));
  else
    field = std::get<Field>(std::move(value));
}

template <class Field>
void assign(std::optional<Field>& field, Checked&& value) {
  assign(field.emplace(), std::move(value));
}

Replication& replication(Config& config) { return config.replication; }
Ha& ha(Config& config) { return config.replication.ha; }
Api& api(Config& config) { return config.api; }
Log& log(Config& config) { return config.log; }
PeerBlock& peer(Config& config) { return config.replication.peer_blocks.back(); }
VirtualIp& virtual_ip(Config& config) { return config.replication.ha.virtual_ips.back(); }

// The way of a checked value into one field of one part of the Config.
template <auto Part, auto Field>
void into(Config& config, Checked&& value) {
  assign(Part(config).*Field, std::move(value));
}

// "" means no TCP at all.
void into_api_listen(Config& config, Checked&& value) {
  config.api.listen = std::get<HostPort>(std::move(value));
  if (!config.api.listen->port) config.api.listen.reset();
}

void open_part(Config&, std::string_view) {}
void open_peer(Config& config, std::string_view label) {
  config.replication.peer_blocks.emplace_back().name = NodeId(label);
}
void open_virtual_ip(Config& config, std::string_view) {
  config.replication.ha.virtual_ips.emplace_back();
}

constexpr Type kFlag{Kind::flag};
constexpr Type kOther{Kind::other};
constexpr Type kPath{Kind::path};
constexpr Type kPort{Kind::integer, 1, 65535};
constexpr Type kSecret{Kind::secret};

constexpr Type whole(std::int64_t min, std::int64_t max) { return {Kind::integer, min, max}; }
constexpr Type lasting(Duration min, Duration max) {
  return {Kind::duration, min.count(), max.count()};
}
constexpr Type one_of(std::span<const Choice> choices) { return {Kind::choice, 0, 0, choices}; }

template <class Enum>
constexpr Choice choice(std::string_view word, Enum value, bool built = true) {
  return {word, static_cast<std::uint8_t>(value), built};
}

constexpr std::array kModes{choice("primary", Mode::primary), choice("replica", Mode::replica),
                            choice("standalone", Mode::standalone),
                            choice("witness", Mode::standalone, false)};
constexpr std::array kFailbackModes{
    choice("auto", FailbackMode::automatic), choice("manual", FailbackMode::manual),
    choice("disabled", FailbackMode::disabled), choice("never", FailbackMode::disabled)};
constexpr std::array kQuorums{choice("none", Quorum::none),
                              choice("majority", Quorum::majority, false)};
constexpr std::array kLogLevels{choice("debug", LogLevel::debug), choice("info", LogLevel::info),
                                choice("warning", LogLevel::warning),
                                choice("error", LogLevel::error)};
constexpr std::array kLogFormats{choice("text", LogFormat::text), choice("json", LogFormat::json)};

constexpr std::array kVirtualIp{
    Setting{"address",
            {Kind::prefix},
            "required",
            "the address and the length of its network",
            into<virtual_ip, &VirtualIp::address>},
    Setting{"interface",
            {Kind::interface},
            "required",
            "where it is set; the interface may appear later",
            into<virtual_ip, &VirtualIp::interface>},
    Setting{"label",
            {Kind::text, 0, 15},
            "–",
            "the label that `ip address` shows",
            into<virtual_ip, &VirtualIp::label>},
    Setting{"arp_ping", kFlag, "false",
            "ask whether somebody else holds the address before taking it",
            into<virtual_ip, &VirtualIp::arp_ping>},
    Setting{"gratuitous_arp", kFlag, "true", "tell the neighbours after taking it",
            into<virtual_ip, &VirtualIp::gratuitous_arp>},
};

constexpr std::array kHa{
    Setting{"enabled", kFlag, "false", "negotiate the role and move the addresses",
            into<ha, &Ha::enabled>},
    Setting{"priority", whole(1, 255), "100", "rank: lower is preferred; ties by node id",
            into<ha, &Ha::priority>},
    Setting{"heartbeat_interval", lasting(1ms, 1min), "\"100ms\"", "pause between two heartbeats",
            into<ha, &Ha::heartbeat_interval>},
    Setting{"failure_threshold", whole(1, 1000), "3",
            "a peer is dead after so many heartbeats that did not come",
            into<ha, &Ha::failure_threshold>},
    Setting{"failure_timeout", lasting(2ms, 10min), "–",
            "a peer is dead after this silence; wins over interval × threshold",
            into<ha, &Ha::failure_timeout>},
    Setting{"heartbeat_port", kPort, "9002",
            "UDP port of the heartbeats; TCP connections to it are accepted and closed",
            into<ha, &Ha::heartbeat_port>},
    Setting{
        "failback_mode", one_of(kFailbackModes), "\"auto\"",
        "what a returning preferred node does; recorded, this version never fails back by itself",
        into<ha, &Ha::failback_mode>},
    Setting{"failback_delay", lasting(0s, 24h), "60", "how long it must have been well before",
            into<ha, &Ha::failback_delay>},
    Setting{"failback_window", lasting(0s, 24h), "\"5m\"", "at most one failback in this time",
            into<ha, &Ha::failback_window>},
    Setting{"monitor_links",
            {Kind::interfaces},
            "–",
            "interfaces without which the node cannot be primary",
            into<ha, &Ha::monitor_links>},
    Setting{"quorum", one_of(kQuorums), "none for two nodes without a witness, else majority",
            "whose consent a primary needs; this version knows only `none`", into<ha, &Ha::quorum>},
    Setting{"takeover", kOther, "\"auto\"", "whether this node takes over by itself", kNotBuilt},
    Setting{"monitor_gateways", kOther, "–", "addresses that must answer", kNotBuilt},
    Setting{"pre_failover_script", kOther, "–", "called before a change of role", kNotBuilt},
    Setting{"post_failover_script", kOther, "–", "called after a change of role", kNotBuilt},
    Setting{"pre_failover_required", kOther, "false",
            "a failing pre-script stops a planned failover", kNotBuilt},
    Setting{"script_timeout", kOther, "\"10s\"", "how long a script may run", kNotBuilt},
    Setting{"write_mode", kOther, "\"leader_only\"", "who answers changing requests", kNotBuilt},
    Setting{"leader_urls", kOther, "learned", "where each node's API is", kNotBuilt},
    Setting{"forward_writes", kOther, "false", "pass changing requests to the leader", kNotBuilt},
    Setting{"drain_timeout", kOther, "30", "how long a drain waits", kNotBuilt},
    Setting{"transfer_timeout", kOther, "10", "how long a handover may take", kNotBuilt},
    Setting{"shutdown_grace", kOther, "5", "how long a stop waits", kNotBuilt},
    Setting{"max_lag", kOther, "\"10s\"", "older replica state is not ready", kNotBuilt},
    Setting{"stale_grace", kOther, "\"30s\"", "how long reads answer from older state", kNotBuilt},
};

constexpr std::array kHaSections{
    Section{"virtual_ip",
            "",
            Times::any,
            "an address that moves with the role",
            kVirtualIp,
            {},
            open_virtual_ip},
    Section{"monitor_link",
            "interface",
            Times::any,
            "a monitored interface with weight",
            {},
            {},
            kNotBuilt},
    Section{"monitor_gateway",
            "address",
            Times::any,
            "a monitored gateway with weight",
            {},
            {},
            kNotBuilt},
    Section{"monitor_script", "name", Times::any, "a check of your own", {}, {}, kNotBuilt},
    Section{"monitor_service", "name", Times::any, "a service that must run", {}, {}, kNotBuilt},
    Section{"virtual_route", "", Times::any, "a route that moves with the role", {}, {}, kNotBuilt},
    Section{"virtual_mac",
            "",
            Times::any,
            "a hardware address that moves with the role",
            {},
            {},
            kNotBuilt},
    Section{"conntrack_sync",
            "",
            Times::once,
            "connection tables follow the primary",
            {},
            {},
            kNotBuilt},
    Section{"lease", "", Times::once, "how long a primary's right lasts", {}, {}, kNotBuilt},
    Section{"witness", "name", Times::any, "a vote from outside the pair", {}, {}, kNotBuilt},
    Section{
        "fencing", "", Times::once, "a hook that switches the other node off", {}, {}, kNotBuilt},
    Section{"fence", "", Times::once, "the kernel's lease on the addresses", {}, {}, kNotBuilt},
    Section{"service", "name", Times::any, "runs where the role is", {}, {}, kNotBuilt},
    Section{"job", "name", Times::any, "runs by the clock, on the primary only", {}, {}, kNotBuilt},
    Section{"notify", "name", Times::any, "tells a web address about events", {}, {}, kNotBuilt},
};

constexpr std::array kPeer{
    Setting{"addresses",
            {Kind::hosts, 1, kMaxPaths},
            "required",
            "the peer's addresses or host names, one for each path, without ports",
            into<peer, &PeerBlock::addresses>},
    Setting{"heartbeat_port", kPort, "that of `ha`", "its UDP port",
            into<peer, &PeerBlock::heartbeat_port>},
    Setting{"replication_port", kPort, "that of `listen_addr`", "its TCP port",
            into<peer, &PeerBlock::replication_port>},
    Setting{"takeover", kOther, "\"auto\"", "whether that node takes over by itself", kNotBuilt},
};

constexpr std::array kReplication{
    Setting{"mode", one_of(kModes), "required",
            "where the node starts from; with `ha` the role is negotiated",
            into<replication, &Replication::mode>},
    Setting{"node_id",
            {Kind::name, 1, NodeId::kMaxLength},
            "the host name",
            "the node's name, unique in its cluster",
            into<replication, &Replication::node_id>},
    Setting{"cluster_id",
            {Kind::name, 1, 63},
            "\"flywall\"",
            "separates clusters on one network; enters every key",
            into<replication, &Replication::cluster_id>},
    Setting{"listen_addr",
            {Kind::listen, 1},
            "\":9001\"",
            "TCP address of replication",
            into<replication, &Replication::listen_addr>},
    Setting{"primary_addr",
            {Kind::host_port},
            "–",
            "where a replica finds the primary when it is not among the peers",
            into<replication, &Replication::primary_addr>},
    Setting{"peer_addr",
            {Kind::host_port},
            "–",
            "the one peer; the port is its UDP heartbeat port",
            into<replication, &Replication::peer_addr>},
    Setting{"peer_addrs",
            {Kind::host_ports, 0, kMaxPeers + 1},
            "–",
            "the peers; the ports are their TCP replication ports",
            into<replication, &Replication::peer_addrs>},
    Setting{"secret_key", kSecret, "required with `ha`", "the secret that all nodes share",
            into<replication, &Replication::secret_key>},
    Setting{"secret_key_file", kPath, "–", "a file whose first line is the secret",
            into<replication, &Replication::secret_key_file>},
    Setting{"previous_secret_key", kSecret, "–", "accepted as well, during a rotation",
            into<replication, &Replication::previous_secret_key>},
    Setting{"compression", kFlag, "true", "compress what is replicated",
            into<replication, &Replication::compression>},
    Setting{"encryption", kFlag, "true", "encrypt what is replicated; heartbeats always are",
            into<replication, &Replication::encryption>},
    Setting{"insecure", kFlag, "false", "permits `encryption = false`",
            into<replication, &Replication::insecure>},
    Setting{"sync_interval", lasting(1ms, 1h), "\"100ms\"",
            "a batch leaves after this time at the latest",
            into<replication, &Replication::sync_interval>},
    Setting{"batch_size", whole(1, 1'000'000), "1000", "or when it has so many entries",
            into<replication, &Replication::batch_size>},
    Setting{"state_dir", kPath, "\"/var/lib/flywall\"", "history, epochs, staged files",
            into<replication, &Replication::state_dir>},
    Setting{"bandwidth_limit", kOther, "–", "upper bound of the replication's rate", kNotBuilt},
};

constexpr std::array kReplicationSections{
    Section{"ha", "", Times::once, "high availability", kHa, kHaSections, open_part},
    Section{"peer", "node_id", Times::any, "a peer in explicit form", kPeer, {}, open_peer},
    Section{"dataset", "name", Times::any, "what is replicated", {}, {}, kNotBuilt},
    Section{"retention", "", Times::once, "how much history is kept", {}, {}, kNotBuilt},
};

constexpr std::array kApi{
    Setting{"listen",
            {Kind::listen, 0},
            "\"127.0.0.1:8080\"",
            "TCP address; \"\" for none",
            into_api_listen},
    Setting{"socket", kPath, "\"/run/flywall/api.sock\"", "the Unix socket",
            into<api, &Api::socket>},
    Setting{"token_file", kPath, "–", "a file whose first line is the token for changes over TCP",
            into<api, &Api::token_file>},
    Setting{"tls_cert", kOther, "–", "certificate", kNotBuilt},
    Setting{"tls_key", kOther, "–", "its key", kNotBuilt},
    Setting{"client_ca", kOther, "–", "who may connect by certificate", kNotBuilt},
    Setting{"allow", kOther, "–", "networks that may connect", kNotBuilt},
    Setting{"health_listen", kOther, "–", "TCP address of health and metrics only", kNotBuilt},
    Setting{"max_connections", kOther, "–", "connections at one time", kNotBuilt},
};

constexpr std::array kLog{
    Setting{"level", one_of(kLogLevels), "\"info\"", "the least severe line that is written",
            into<log, &Log::level>},
    Setting{"format", one_of(kLogFormats), "\"text\"", "key=value lines, or JSON objects",
            into<log, &Log::format>},
};

constexpr std::array kTop{
    Section{"replication", "", Times::once, "this node and its peers", kReplication,
            kReplicationSections, open_part},
    Section{"api", "", Times::once, "the REST interface", kApi, {}, open_part},
    Section{"log", "", Times::once, "what is logged", kLog, {}, open_part},
};

constexpr Section kSchema{"", "", Times::once, "", {}, kTop, open_part};

template <class Enum, std::size_t Size>
std::string_view word_of(const std::array<Choice, Size>& choices, Enum value) {
  for (const Choice& candidate : choices)
    if (candidate.value == static_cast<std::uint8_t>(value)) return candidate.word;
  return "?";
}

}  // namespace

const Section& schema() { return kSchema; }

std::string_view name(Mode mode) { return word_of(kModes, mode); }
std::string_view name(FailbackMode mode) { return word_of(kFailbackModes, mode); }
std::string_view name(Quorum quorum) { return word_of(kQuorums, quorum); }
std::string_view name(LogLevel level) { return word_of(kLogLevels, level); }
std::string_view name(LogFormat format) { return word_of(kLogFormats, format); }

}  // namespace flywall::config
