#include <algorithm>
#include <array>

#include "daemon/config/rules.hpp"

namespace flywall::config {

namespace {

constexpr std::size_t kGoodSecretSize = 32;
constexpr std::size_t kGoodSecretVariety = 10;  // different bytes
constexpr std::size_t kMaxSocketPath = 107;     // bytes that sun_path takes

class NodeRules {
 public:
  explicit NodeRules(const Rules& rules)
      : rules_(rules),
        bound_(rules.bound),
        replication_(rules.replication()),
        ha_(rules.ha()),
        problems_(rules.problems) {}

  void run() {
    secrets();
    encryption();
    identity();
    timers();
    ports();
    api();
    tls();
  }

 private:
  Place at(std::string_view path) const { return rules_.at(path); }
  bool has(std::string_view path) const { return rules_.has(path); }

  void secrets();
  void encryption();
  void identity();
  void timers();
  void ports();
  void api();
  void tls();

  const Rules& rules_;
  const Bound& bound_;
  const Replication& replication_;
  const Ha& ha_;
  Problems& problems_;
};

void NodeRules::secrets() {
  const bool key = has("replication.secret_key");
  if (key && has("replication.secret_key_file"))
    problems_.error(at("replication.secret_key_file"),
                    "give either \"secret_key\" or \"secret_key_file\", not both");
  if (ha_.enabled && replication_.mode != Mode::witness && bound_.complete("replication") && !key &&
      !has("replication.secret_key_file"))
    problems_.error(
        at("replication"),
        "with ha.enabled a \"secret_key\" or \"secret_key_file\" is required: the nodes "
        "recognise each other by it");
  if (!replication_.secret_key.empty())
    check_secret("secret_key", replication_.secret_key, at("replication.secret_key"), problems_);
  if (replication_.previous_secret_key &&
      *replication_.previous_secret_key == replication_.secret_key)
    problems_.warn(at("replication.previous_secret_key"),
                   "\"previous_secret_key\" is the same as \"secret_key\": nothing is rotated");
}

void NodeRules::encryption() {
  if (!replication_.encryption && !replication_.insecure)
    problems_.error(at("replication.encryption"),
                    "without encryption everybody on the network reads and changes what is "
                    "replicated; if that is meant, add insecure = true");
  else if (!replication_.encryption)
    problems_.warn(at("replication.encryption"), "replication is neither secret nor protected");
  else if (replication_.insecure)
    problems_.warn(at("replication.insecure"), "\"insecure\" does nothing here: encryption is on");
}

void NodeRules::identity() {
  if (replication_.node_id.empty() || replication_.node_id.view() == "localhost")
    problems_.error(at("replication"),
                    "this machine has no host name of its own: set \"node_id\" to a name that is "
                    "unique in the cluster");
}

void NodeRules::timers() {
  if (ha_.failure_timeout && *ha_.failure_timeout <= ha_.heartbeat_interval)
    problems_.error(at("replication.ha.failure_timeout"),
                    "\"failure_timeout\" must be longer than \"heartbeat_interval\", or every "
                    "heartbeat comes too late");
  if (ha_.failure_threshold == 1 && !ha_.failure_timeout)
    problems_.warn(at("replication.ha.failure_threshold"),
                   "with 1, a single late or lost heartbeat is a failover");
  if (replication_.mode == Mode::witness) return;
  if (has("replication.ha") && !ha_.enabled && bound_.complete("replication.ha"))
    problems_.warn(at("replication.ha"),
                   "high availability is configured but not enabled: add enabled = true");
  if (!has("replication.ha") && replication_.mode != Mode::standalone &&
      bound_.complete("replication"))
    problems_.warn(at("replication.mode"),
                   "without ha { enabled = true } this node has nothing to do: in this version "
                   "nothing is replicated");
}

void NodeRules::ports() {
  const bool both = replication_.listen_addr.port == ha_.heartbeat_port && ha_.enabled;
  if (both)
    problems_.error(at(has("replication.ha.heartbeat_port") ? "replication.ha.heartbeat_port"
                                                            : "replication.listen_addr"),
                    "\"heartbeat_port\" and the port of \"listen_addr\" must differ: the heartbeat "
                    "port accepts TCP connections too");
}

void NodeRules::api() {
  const Api& api = bound_.config.api;
  const auto address = api.listen ? IpAddress::parse(api.listen->host) : std::nullopt;
  if (api.listen && (!address || !address->is_loopback()))
    problems_.error(at("api.listen"),
                    "TLS is not built yet: beyond this machine answers and the token would cross "
                    "the network in clear; listen on 127.0.0.1 or on the socket");
  if (api.health_listen && api.listen && api.health_listen == api.listen)
    problems_.error(at("api.health_listen"), "\"listen\" has this address already");
  if (api.socket.size() > kMaxSocketPath)
    problems_.error(at("api.socket"), "the path of a socket has at most " +
                                          std::to_string(kMaxSocketPath) + " bytes");
}

void NodeRules::tls() {
  const Api& api = bound_.config.api;
  if (api.tls_cert.empty() != api.tls_key.empty() && bound_.complete("api"))
    problems_.error(at(api.tls_cert.empty() ? "api.tls_key" : "api.tls_cert"),
                    "\"tls_cert\" and \"tls_key\" belong together");
  if (!api.client_ca.empty() && api.tls_cert.empty() && bound_.complete("api"))
    problems_.error(at("api.client_ca"), "\"client_ca\" needs \"tls_cert\" and \"tls_key\"");
}

}  // namespace

void check_rules(const Bound& bound, Problems& problems) {
  const Rules rules{bound, problems};
  if (!check_peers(rules)) return;
  NodeRules(rules).run();
  check_addresses(rules);
  check_monitors(rules);
  check_witnesses(rules);
  check_tasks(rules);
}

void check_secret(std::string_view setting, const Secret& secret, Place place, Problems& problems) {
  std::array<bool, 256> seen{};
  for (char c : secret.reveal()) seen[static_cast<unsigned char>(c)] = true;
  const auto variety = static_cast<std::size_t>(std::ranges::count(seen, true));
  if (secret.reveal().size() >= kGoodSecretSize && variety >= kGoodSecretVariety) return;
  problems.warn(place, "\"" + std::string(setting) +
                           "\" can be guessed: fewer than 32 random bytes; "
                           "`flywall keygen` makes a good one");
}

}  // namespace flywall::config
