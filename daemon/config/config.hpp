// The configuration as typed plain values: what the daemon runs with after a file was parsed, bound
// and checked.
//
// Knows what each setting means, its unit, its range and its default. Knows no syntax, no file, no
// source position: whoever holds a Config holds one that passed every check below (`load` in
// load.hpp and `bind_trees` in binder.hpp make no other). Equal files give equal Configs, so a
// reload compares with ==.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "daemon/config/ha.hpp"
#include "daemon/config/secret.hpp"

namespace flywall::config {

// Where a node starts from. With `ha.enabled` the role is negotiated (E2).
enum class Mode : std::uint8_t { primary, replica, standalone, witness };

enum class LogLevel : std::uint8_t { debug, info, warning, error };

// text: key=value lines for people and journald; json: one object per line.
enum class LogFormat : std::uint8_t { text, json };

// peer "NAME" { … } as written. `peers()` below merges it with the short forms.
struct PeerBlock {
  NodeId name;                                    // the peer's node_id
  std::vector<std::string> addresses;             // 1..kMaxPaths hosts or addresses, without ports
  std::optional<std::uint16_t> heartbeat_port;    // its UDP port; absent: the own heartbeat_port
  std::optional<std::uint16_t> replication_port;  // its TCP port; absent: that of listen_addr
  Takeover takeover = Takeover::automatic;        // never: this peer is not counted on

  bool operator==(const PeerBlock&) const = default;
};

// replication { … }
struct Replication {
  Mode mode = Mode::standalone;
  NodeId node_id;                        // never empty: the host name unless set
  std::string cluster_id = "flywall";    // 1..63 bytes
  HostPort listen_addr{"", 9001};        // TCP; port always set; empty host: every address
  std::optional<HostPort> primary_addr;  // port always set
  std::optional<HostPort> peer_addr;     // port = the peer's UDP heartbeat port, always set
  std::vector<HostPort> peer_addrs;      // port = the peer's TCP replication port, always set
  std::vector<PeerBlock> peer_blocks;
  Secret secret_key;                          // from secret_key or secret_key_file; set with ha
  std::string secret_key_file;                // path, or empty
  std::optional<Secret> previous_secret_key;  // accepted too, during a rotation
  bool compression = true;
  bool encryption = true;  // false only together with `insecure`
  bool insecure = false;
  Duration sync_interval = 100ms;                // 1 ms .. 1 h
  std::uint32_t batch_size = 1000;               // 1..1000000 entries
  std::optional<std::uint64_t> bandwidth_limit;  // bytes per second, 1024..10^12
  std::string state_dir = "/var/lib/flywall";    // absolute path
  std::vector<Dataset> datasets;
  Retention retention;
  std::vector<VotedCluster> clusters;  // only a witness
  Ha ha;

  bool operator==(const Replication&) const = default;
};

// api { … }
struct Api {
  std::optional<HostPort> listen = HostPort{"127.0.0.1", 8080};  // port always set; absent: no TCP
  std::string socket = "/run/flywall/api.sock";                  // absolute path
  std::string token_file;                                        // path, or empty
  std::optional<Secret> token;                                   // what token_file holds
  std::string tls_cert;                                          // path; set together with tls_key
  std::string tls_key;                                           // path
  std::string client_ca;                  // path, or empty; only with tls_cert
  std::vector<Prefix> allow;              // who may connect; empty: everybody who reaches it
  std::optional<HostPort> health_listen;  // port always set; health and metrics only
  std::uint32_t max_connections = 64;     // 1..10000

  bool operator==(const Api&) const = default;
};

// log { … }
struct Log {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;

  bool operator==(const Log&) const = default;
};

struct Config {
  Replication replication;
  Api api;
  Log log;

  bool operator==(const Config&) const = default;
};

// One other node of the cluster and every configured way to it. Ports are always set.
struct Peer {
  NodeId name;                        // empty unless it comes from a peer block: learned later
  std::vector<HostPort> heartbeat;    // UDP, one per path; 1..kMaxPaths
  std::vector<HostPort> replication;  // TCP, the same hosts in the same order

  bool operator==(const Peer&) const = default;
};

// All peers, each host once, in the order peer blocks, peer_addr, peer_addrs, primary_addr. At most
// kMaxPeers in a checked Config. The port that a short form does not give is the own
// heartbeat_port, respectively that of primary_addr for the same host, else of listen_addr. The
// node's own listen_addr among them is left out; a standalone node has no peers.
std::vector<Peer> peers(const Replication& replication);

// Equal, or two spellings of one IPv6 address: "::1" and "0:0:0:0:0:0:0:1".
bool same_host(const std::string& a, const std::string& b);

std::string_view name(Mode mode);
std::string_view name(LogLevel level);
std::string_view name(LogFormat format);

}  // namespace flywall::config
