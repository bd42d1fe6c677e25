#include "daemon/config/schema.hpp"

#include "daemon/config/schema_ha.hpp"

namespace flywall::config {

namespace {

struct OfApi {
  static auto& in(auto& config, std::size_t) { return config.api; }
};
struct OfLog {
  static auto& in(auto& config, std::size_t) { return config.log; }
};
using OfPeer = OfReplicationList<&Replication::peer_blocks>;

constexpr std::string_view kAtStart = "it is opened at start";

// "" means no TCP at all.
constexpr Access kAtApiListen{[](Config& config, std::size_t, Checked&& value) {
                                config.api.listen = std::get<HostPort>(std::move(value));
                                if (!config.api.listen->port) config.api.listen.reset();
                              },
                              [](const Config& config, std::size_t) -> std::optional<Checked> {
                                return config.api.listen.value_or(HostPort{});
                              }};

constexpr std::array kReplication{
    Setting{"mode", one_of(kModes), "required",
            "where the node starts from; with `ha` the role is negotiated",
            kAt<OfReplication, &Replication::mode>}
        .restarts("it says where a node starts from"),
    Setting{"node_id",
            {Kind::name, 1, NodeId::kMaxLength},
            "the host name",
            "the node's name, unique in its cluster",
            kAt<OfReplication, &Replication::node_id>}
        .restarts("the peers know this node by it"),
    Setting{"cluster_id",
            {Kind::name, 1, 63},
            "\"flywall\"",
            "separates clusters on one network; enters every key",
            kAt<OfReplication, &Replication::cluster_id>}
        .restarts("it enters every key"),
    Setting{"listen_addr",
            {Kind::listen, 1},
            "\":9001\"",
            "TCP address of replication",
            kAt<OfReplication, &Replication::listen_addr>}
        .restarts(kAtStart),
    Setting{"primary_addr",
            {Kind::host_port},
            "–",
            "where a replica finds the primary when it is not among the peers",
            kAt<OfReplication, &Replication::primary_addr>},
    Setting{"peer_addr",
            {Kind::host_port},
            "–",
            "the one peer; the port is its UDP heartbeat port",
            kAt<OfReplication, &Replication::peer_addr>},
    Setting{"peer_addrs",
            {Kind::host_ports, 0, kMaxPeers + 1},
            "–",
            "the peers; the ports are their TCP replication ports",
            kAt<OfReplication, &Replication::peer_addrs>},
    Setting{"secret_key", kSecret, "required with `ha`", "the secret that all nodes share",
            kAt<OfReplication, &Replication::secret_key>},
    Setting{"secret_key_file", kPath, "–", "a file whose first line is the secret",
            kAt<OfReplication, &Replication::secret_key_file>},
    Setting{"previous_secret_key", kSecret, "–", "accepted as well, during a rotation",
            kAt<OfReplication, &Replication::previous_secret_key>},
    Setting{"compression", kFlag, "true", "compress what is replicated",
            kAt<OfReplication, &Replication::compression>}
        .accepted("nothing is replicated"),
    Setting{"encryption", kFlag, "true", "encrypt what is replicated; heartbeats always are",
            kAt<OfReplication, &Replication::encryption>},
    Setting{"insecure", kFlag, "false", "permits `encryption = false`",
            kAt<OfReplication, &Replication::insecure>},
    Setting{"sync_interval", lasting(1ms, 1h), "\"100ms\"",
            "a batch leaves after this time at the latest",
            kAt<OfReplication, &Replication::sync_interval>}
        .accepted("nothing is replicated"),
    Setting{"batch_size", whole(1, 1'000'000), "1000", "or when it has so many entries",
            kAt<OfReplication, &Replication::batch_size>}
        .accepted("nothing is replicated"),
    Setting{"bandwidth_limit",
            {Kind::rate, 1024, 1'000'000'000'000},
            "–",
            "upper bound of the replication's rate",
            kAt<OfReplication, &Replication::bandwidth_limit>}
        .accepted("nothing is replicated"),
    Setting{"state_dir", kPath, "\"/var/lib/flywall\"", "history, epochs, staged files",
            kAt<OfReplication, &Replication::state_dir>}
        .restarts(kAtStart),
};

constexpr std::array kPeer{
    Setting{"addresses",
            {Kind::hosts, 1, kMaxPaths},
            "required",
            "the peer's addresses or host names, one for each path, without ports",
            kAt<OfPeer, &PeerBlock::addresses>},
    Setting{"heartbeat_port", kPort, "that of `ha`", "its UDP port",
            kAt<OfPeer, &PeerBlock::heartbeat_port>},
    Setting{"replication_port", kPort, "that of `listen_addr`", "its TCP port",
            kAt<OfPeer, &PeerBlock::replication_port>},
    Setting{"takeover", one_of(kTakeovers), "\"auto\"",
            "`never`: this peer takes over by command only", kAt<OfPeer, &PeerBlock::takeover>}
        .accepted("each node says itself whether it takes over"),
};

constexpr std::array kReplicationSections{
    Section{"peer",
            "node_id",
            Times::any,
            "a peer in explicit form",
            kPeer,
            {},
            kLabelled<OfPeer, &PeerBlock::name>},
    Section{"cluster",
            "cluster_id",
            Times::any,
            "mode `witness`: a cluster for which this node votes",
            kCluster,
            {},
            kLabelled<OfCluster, &VotedCluster::id>},
    Section{"ha", "", Times::once, "high availability", kHa, kHaSections},
    Section{"dataset",
            "name",
            Times::any,
            "what is replicated",
            kDataset,
            {},
            kLabelled<OfDataset, &Dataset::name>}
        .accepted("nothing is replicated"),
    Section{"retention", "", Times::once, "how much is kept", kRetention}.accepted(
        "built-in limits are used"),
};

constexpr std::array kApi{
    Setting{"listen",
            {Kind::listen, 0},
            "\"127.0.0.1:8080\"",
            "TCP address; \"\" for none",
            kAtApiListen}
        .restarts(kAtStart),
    Setting{"socket", kPath, "\"/run/flywall/api.sock\"", "the Unix socket",
            kAt<OfApi, &Api::socket>}
        .restarts(kAtStart),
    Setting{"token_file", kPath, "–", "a file whose first line is the token for changes over TCP",
            kAt<OfApi, &Api::token_file>},
    Setting{"tls_cert", kPath, "–", "certificate and chain, PEM", kAt<OfApi, &Api::tls_cert>}
        .accepted("the API speaks without TLS, on this machine only")
        .restarts(kAtStart),
    Setting{"tls_key", kPath, "–", "its private key, PEM", kAt<OfApi, &Api::tls_key>}
        .accepted("the API speaks without TLS, on this machine only")
        .restarts(kAtStart),
    Setting{"client_ca", kPath, "–", "who signs the certificates of clients, PEM",
            kAt<OfApi, &Api::client_ca>}
        .accepted("the API speaks without TLS, on this machine only")
        .restarts(kAtStart),
    Setting{"allow", {Kind::networks}, "–", "networks that may connect", kAt<OfApi, &Api::allow>}
        .accepted("this machine only may connect"),
    Setting{"health_listen",
            {Kind::listen, 1},
            "–",
            "TCP address of health and metrics only, for load balancers and Prometheus",
            kAt<OfApi, &Api::health_listen>}
        .accepted("nothing is opened there")
        .restarts(kAtStart),
    Setting{"max_connections", whole(1, 10'000), "64", "connections at one time",
            kAt<OfApi, &Api::max_connections>}
        .accepted("a built-in limit is used"),
};

constexpr std::array kLog{
    Setting{"level", one_of(kLogLevels), "\"info\"", "the least severe line that is written",
            kAt<OfLog, &Log::level>},
    Setting{"format", one_of(kLogFormats), "\"text\"", "key=value lines, or JSON objects",
            kAt<OfLog, &Log::format>}
        .restarts("lines of both kinds in one journal confuse its readers"),
};

constexpr std::array kTop{
    Section{"replication", "", Times::once, "this node and its peers", kReplication,
            kReplicationSections},
    Section{"api", "", Times::once, "the REST interface", kApi},
    Section{"log", "", Times::once, "what is logged", kLog},
};

constexpr Section kSchema{"", "", Times::once, "", {}, kTop};

template <class Enum, std::size_t Size>
std::string_view word_of(const std::array<Choice, Size>& choices, Enum value) {
  for (const Choice& candidate : choices)
    if (candidate.value == static_cast<std::uint8_t>(value)) return candidate.word;
  return "?";
}

}  // namespace

const Section& schema() { return kSchema; }

std::string_view name(Mode mode) { return word_of(kModes, mode); }
std::string_view name(WitnessType type) { return word_of(kWitnessTypes, type); }
std::string_view name(FailbackMode mode) { return word_of(kFailbackModes, mode); }
std::string_view name(Takeover takeover) { return word_of(kTakeovers, takeover); }
std::string_view name(Quorum quorum) { return word_of(kQuorums, quorum); }
std::string_view name(LogLevel level) { return word_of(kLogLevels, level); }
std::string_view name(LogFormat format) { return word_of(kLogFormats, format); }

}  // namespace flywall::config
