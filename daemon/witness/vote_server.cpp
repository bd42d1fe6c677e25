#include "daemon/witness/vote_server.hpp"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/signalfd.h>

#include <cerrno>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "daemon/failover/privileges.hpp"
#include "daemon/log/log.hpp"
#include "daemon/services/rate_limit.hpp"
#include "daemon/witness/vote_desk.hpp"
#include "heartbeat/transport.hpp"

namespace flywall::witness {

namespace {

using heartbeat::Arrival;

InstanceId draw_instance() {
  InstanceId instance;
  while (instance == InstanceId{}) randombytes_buf(&instance.value, sizeof instance.value);
  return instance;
}

Result<Descriptor> take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Descriptor descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) return fail_errno("cannot receive signals", errno);
  return descriptor;
}

// Precondition: 64 hexadecimal digits, as the configuration checks.
SecretKey key_from(const config::Secret& text) {
  SecretKey key;
  std::size_t size = 0;
  sodium_hex2bin(key.data(), SecretKey::kSize, text.reveal().data(), text.reveal().size(), nullptr,
                 &size, nullptr);
  return key;
}

std::vector<VoteDesk::Cluster> clusters_of(const config::Config& config) {
  std::vector<VoteDesk::Cluster> clusters;
  for (const config::VotedCluster& cluster : config.replication.clusters)
    clusters.push_back(
        {.id = cluster.id, .vote_key = key_from(cluster.vote_key), .longest = cluster.max_lease});
  return clusters;
}

class Server {
 public:
  Server(const config::Config& config, Descriptor signals, heartbeat::Transport transport)
      : signals_(std::move(signals)),
        transport_(std::move(transport)),
        desk_(config.replication.node_id, draw_instance()) {
    desk_.configure(clusters_of(config), now());
  }

  void run(const std::function<config::Outcome()>& read) {
    while (!stopping_) {
      wait();
      serve();
      obey_signals(read);
    }
  }

  std::size_t clusters() const { return desk_.clusters(); }

 private:
  void wait() {
    InlineVector<pollfd, 3> waiting;
    waiting.push_back({signals_.get(), POLLIN, 0});
    for (const int fd : transport_.descriptors()) waiting.push_back({fd, POLLIN, 0});
    ::poll(waiting.begin(), waiting.size(), -1);
  }

  void serve() {
    for (std::size_t batch = 0; batch < heartbeat::kMaxBatches; ++batch) {
      const auto arrivals = transport_.receive();
      if (arrivals.empty()) return;
      for (const Arrival& arrival : arrivals) answer(arrival);
    }
  }

  void answer(const Arrival& arrival) {
    const auto served = desk_.receive(now(), arrival.bytes);
    if (!served) return;
    const bool local = arrival.from.address.is_link_local();
    transport_.send(
        {.to = arrival.from, .source = arrival.to, .interface = local ? arrival.interface : 0},
        served->answer);
    if (served->voted_for && lines_.allows(now()))
      log::info("vote_given", {{"cluster", served->cluster},
                               {"node", served->voted_for->claimant.str()},
                               {"epoch", std::to_string(served->voted_for->epoch.value)}});
  }

  void obey_signals(const std::function<config::Outcome()>& read) {
    signalfd_siginfo signal;
    while (::read(signals_.get(), &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
      if (signal.ssi_signo == SIGHUP)
        reload(read());
      else
        stopping_ = true;
    }
  }

  void reload(const config::Outcome& outcome) {
    if (!outcome.config || outcome.config->replication.mode != config::Mode::witness) {
      log::error("reload_refused",
                 {{"text", outcome.config ? "a witness stays a witness" : outcome.render_all()}});
      return;
    }
    desk_.configure(clusters_of(*outcome.config), now());
    log::info("reloaded", {{"clusters", std::to_string(desk_.clusters())}});
  }

  Descriptor signals_;
  heartbeat::Transport transport_;
  VoteDesk desk_;
  services::RateLimit lines_{60, 60s};
  bool stopping_ = false;
};

}  // namespace

Result<void> serve_votes(const config::Config& config,
                         const std::function<config::Outcome()>& read) {
  failover::forbid_core_dumps();
  auto signals = take_signals();
  if (!signals) return std::unexpected(signals.error());
  auto transport = heartbeat::Transport::create(config.replication.ha.heartbeat_port);
  if (!transport) return std::unexpected(transport.error());
  log::start(config.log, "witness");
  failover::lock_memory();
  failover::become_realtime(failover::kFailoverPriority);
  Server server(config, std::move(*signals), std::move(*transport));
  log::info("voting", {{"node", config.replication.node_id.str()},
                       {"clusters", std::to_string(server.clusters())}});
  server.run(read);
  log::info("stopped", {});
  log::stop();
  return {};
}

}  // namespace flywall::witness
