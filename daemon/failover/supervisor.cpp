#include "daemon/failover/supervisor.hpp"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <thread>

#include "base/clock.hpp"
#include "base/key.hpp"
#include "daemon/failover/failover_loop.hpp"
#include "daemon/failover/privileges.hpp"
#include "daemon/failover/services_child.hpp"
#include "daemon/failover/settings.hpp"
#include "daemon/failover/surroundings.hpp"
#include "daemon/log/log.hpp"

namespace flywall::failover {

namespace {

constexpr Duration kFirstRestartPause = 100ms;
constexpr Duration kLongestRestartPause = 5s;
constexpr Duration kStableLife =
    30s;  // of the services process: its next restart is immediate again
constexpr Duration kLookAroundPause = 30s;
constexpr Duration kServicesEndLimit = 5s;

Result<Descriptor> take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  Descriptor descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) return fail_errno("cannot receive signals", errno);
  return descriptor;
}

class Supervisor {
 public:
  Supervisor(const Settings& settings, Descriptor signals, ServicesChild child, OrderBox& orders,
             PleaBox& pleas, LogBox& lines)
      : settings_(settings),
        signals_(std::move(signals)),
        child_(std::move(child)),
        orders_(orders),
        pleas_(pleas),
        lines_(lines) {}

  void start_services();
  void look_around_again();
  // Until the loop's thread has ended, which `finished` tells.
  void attend(int finished);
  void end_services() { child_.await_end(kServicesEndLimit); }

 private:
  void wait(int finished);
  void read_signals();
  void write_log();
  void restart_services_if_due();

  const Settings& settings_;
  Descriptor signals_;
  ServicesChild child_;
  OrderBox& orders_;
  PleaBox& pleas_;
  LogBox& lines_;
  Time services_started_;
  Time restart_at_ = kNever;
  Duration restart_pause_{};
  std::uint32_t restarts_ = 0;
  Time look_at_ = kNever;
  bool stopping_ = false;
};

void Supervisor::start_services() {
  services_started_ = now();
  restart_at_ = kNever;
  auto socket = child_.start();
  if (!socket) {
    log::error("services_not_started", {{"error", socket.error().message}});
    restart_at_ = now() + kLongestRestartPause;
    return;
  }
  orders_.put(order::ServicesStarted{socket->release(), restarts_});
}

void Supervisor::restart_services_if_due() {
  if (child_.ended() && !stopping_) {
    const bool stable = now() - services_started_ >= kStableLife;
    log::warning("services_ended", {{"status", child_.last_end()},
                                    {"text", "it is started again, no failover follows"}});
    restart_at_ = now() + (stable ? Duration{} : restart_pause_);
    restart_pause_ =
        stable ? kFirstRestartPause
               : std::clamp<Duration>(restart_pause_ * 2, kFirstRestartPause, kLongestRestartPause);
    ++restarts_;
  }
  if (now() >= restart_at_) start_services();
}

void Supervisor::look_around_again() {
  look_at_ = now() + kLookAroundPause;
  const auto found = look_around(settings_.tag, settings_.addresses);
  if (!found) {
    log::warning("own_addresses_unknown", {{"error", found.error().message}});
    return;
  }
  orders_.put(order::Served{found->served});
  for (const netlink::LinkState& link : found->links) {
    const auto& names = settings_.loop.monitored;
    if (std::find(names.begin(), names.end(), link.name.view()) != names.end())
      orders_.put(order::Link{link});
  }
}

void Supervisor::attend(int finished) {
  for (;;) {
    wait(finished);
    write_log();
    read_signals();
    restart_services_if_due();
    bool again = now() >= look_at_;
    pleas_.acknowledge();
    while (pleas_.take()) again = true;
    if (again) look_around_again();
    pollfd over{finished, POLLIN, 0};
    if (::poll(&over, 1, 0) == 1) break;
  }
  write_log();
}

void Supervisor::wait(int finished) {
  std::array<pollfd, 4> waiting{{{signals_.get(), POLLIN, 0},
                                 {lines_.fd(), POLLIN, 0},
                                 {pleas_.fd(), POLLIN, 0},
                                 {finished, POLLIN, 0}}};
  const Duration left =
      std::clamp<Duration>(std::min(look_at_, restart_at_) - now(), 0ns, kLookAroundPause);
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left);
  ::poll(waiting.data(), waiting.size(), static_cast<int>(milliseconds.count()));
}

void Supervisor::read_signals() {
  signalfd_siginfo signal;
  while (::read(signals_.get(), &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
    if (signal.ssi_signo == SIGHUP)
      log::warning("reload_refused", {{"text", "this version does not reload: restart it"}});
    if (signal.ssi_signo != SIGTERM && signal.ssi_signo != SIGINT) continue;
    log::info("stopping", {{"signal", std::to_string(signal.ssi_signo)}});
    stopping_ = true;
    orders_.put(order::Stop{});
  }
}

void Supervisor::write_log() {
  lines_.acknowledge();
  while (const auto entry = lines_.take()) log::history(*entry);
}

// Removes what an earlier life left behind, so that nothing is held before an election says so.
void sweep(netlink::VirtualAddresses& addresses) {
  const netlink::AddressReport report = addresses.drop();
  if (report.removed > 0)
    log::warning("vip_sweep", {{"removed", std::to_string(report.removed)},
                               {"text", "left behind by an earlier process"}});
  if (report.error) log::warning("vip_sweep_failed", {{"error", report.error->message}});
  for (const Prefix& prefix : report.foreign)
    log::warning("vip_foreign",
                 {{"address", prefix.str()}, {"text", "added by hand and left alone"}});
}

// From the secret of the configuration to what seals heartbeats.
Result<heartbeat::Sealer> make_sealer(const config::Replication& replication) {
  auto current = cluster_key(replication.secret_key.reveal(), replication.cluster_id);
  if (!current) return std::unexpected(current.error());
  const SecretKey sealing = heartbeat::heartbeat_key(*current);
  if (!replication.previous_secret_key) return heartbeat::Sealer(sealing);
  auto previous = cluster_key(replication.previous_secret_key->reveal(), replication.cluster_id);
  if (!previous) return std::unexpected(previous.error());
  const SecretKey opening = heartbeat::heartbeat_key(*previous);
  return heartbeat::Sealer(sealing, &opening);
}

}  // namespace

Result<void> supervise(const Assignment& assignment) {
  forbid_core_dumps();
  Settings settings = settings_from(assignment.config);
  auto signals = take_signals();
  if (!signals) return std::unexpected(signals.error());
  auto transport = heartbeat::Transport::create(assignment.config.replication.ha.heartbeat_port);
  if (!transport) return std::unexpected(transport.error());
  auto links = netlink::LinkWatch::create();
  if (!links) return std::unexpected(links.error());
  auto addresses = netlink::VirtualAddresses::create(settings.tag, settings.addresses);
  if (!addresses) return std::unexpected(addresses.error());
  auto status = processes::SharedSnapshot::create();
  if (!status) return std::unexpected(status.error());
  auto sealer = make_sealer(assignment.config.replication);
  if (!sealer) return std::unexpected(sealer.error());
  auto child = ServicesChild::create({.config_path = assignment.config_path,
                                      .state_dir = assignment.config.replication.state_dir,
                                      .api_socket = assignment.config.api.socket,
                                      .node_id = settings.loop.policy.self.str(),
                                      .config_text = assignment.config_text},
                                     status->fd());
  if (!child) return std::unexpected(child.error());

  log::start(assignment.config.log, "failover");
  sweep(*addresses);
  settings.loop.memory_locked = lock_memory();
  OrderBox orders;
  PleaBox pleas;
  LogBox lines;
  AddressThread address_thread(std::move(*addresses));
  Descriptor finished(::eventfd(0, EFD_CLOEXEC));
  const FailoverLoop::Parts parts{*sealer, *transport, *links, address_thread,
                                  *status, orders,     pleas,  lines};
  auto loop = FailoverLoop::create(settings.loop, parts);
  if (!loop) return std::unexpected(loop.error());

  Supervisor supervisor(settings, std::move(*signals), std::move(*child), orders, pleas, lines);
  log::info("starting", {{"node", settings.loop.policy.self.str()},
                         {"peers", std::to_string(settings.loop.peers.size())},
                         {"vips", std::to_string(settings.addresses.size())}});
  supervisor.start_services();
  supervisor.look_around_again();
  std::thread thread([&] {
    loop->run();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(finished.get(), &one, sizeof one);
  });
  supervisor.attend(finished.get());
  thread.join();
  supervisor.end_services();
  log::info("stopped", {});
  log::stop();
  return {};
}

}  // namespace flywall::failover
