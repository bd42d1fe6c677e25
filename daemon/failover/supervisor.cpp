#include "daemon/failover/supervisor.hpp"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <ranges>
#include <thread>

#include "base/clock.hpp"
#include "daemon/failover/failover_loop.hpp"
#include "daemon/failover/privileges.hpp"
#include "daemon/failover/reloader.hpp"
#include "daemon/failover/service_notice.hpp"
#include "daemon/failover/services_child.hpp"
#include "daemon/failover/surroundings.hpp"
#include "daemon/log/log.hpp"

namespace flywall::failover {

namespace {

constexpr Duration kFirstRestartPause = 100ms;
constexpr Duration kLongestRestartPause = 5s;
constexpr Duration kStableLife =
    30s;  // of the services process: its next restart is immediate again
constexpr Duration kLookAroundPause = 30s;
constexpr Duration kLookAgainPause = 500ms;  // when the kernel gave no answer
constexpr Duration kServicesEndLimit = 5s;
constexpr Duration kFullBoxPause = 10ms;
constexpr std::size_t kMostReloads = 8;      // asked for and not yet begun
constexpr std::ptrdiff_t kLoggedLines = 32;  // of one reload

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

bool hung_up(int terminal) {
  pollfd state{terminal, POLLIN, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0;
}

class Supervisor {
 public:
  struct Boxes {
    OrderBox orders;
    PleaBox pleas;
    LogBox lines;
    std::atomic<std::uint64_t> turns;  // of the failover thread
    std::unique_ptr<Reload> reload;    // under way at the threads, which it outlives
  };
  Supervisor(Reloader reloader, Descriptor signals, ServicesChild child, ServiceNotice notice,
             Boxes& boxes)
      : reloader_(std::move(reloader)),
        signals_(std::move(signals)),
        child_(std::move(child)),
        notice_(std::move(notice)),
        turns_(boxes.turns),
        orders_(boxes.orders),
        pleas_(boxes.pleas),
        lines_(boxes.lines),
        reload_(boxes.reload) {}

  void start_services();
  void look_around_again();
  // Until the loop's thread has ended, which `finished` tells.
  void attend(int finished);
  void end_services() { child_.await_end(kServicesEndLimit); }

 private:
  void wait(int finished);
  void read_signals();
  void write_log();
  void stop();
  void restart_services_if_due();
  void read_pleas();
  void ask_reload(std::uint64_t petition);
  void reload_if_asked();
  void reload(std::uint64_t petition);
  void refuse_reload(std::uint64_t petition, const std::string& why);

  Reloader reloader_;
  Descriptor signals_;
  ServicesChild child_;
  ServiceNotice notice_;
  const std::atomic<std::uint64_t>& turns_;
  OrderBox& orders_;
  PleaBox& pleas_;
  LogBox& lines_;
  std::unique_ptr<Reload>& reload_;
  bool reload_given_ = false;
  std::deque<std::uint64_t> reloads_asked_;  // petitions
  bool look_again_ = false;
  Time services_started_;
  Time restart_at_ = kNever;
  Duration restart_pause_{};
  std::uint32_t restarts_ = 0;
  Time look_at_ = kNever;
  const bool on_terminal_ = ::isatty(STDIN_FILENO) == 1;
  bool stopping_ = false;
  Time stop_again_at_ = kNever;  // the handover had its time
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
  look_again_ = false;
  const Settings& settings = reloader_.settings();
  const Time start = now();
  const auto found = look_around(settings.tag, settings.addresses);
  if (!found) {
    log::warning("own_addresses_unknown", {{"error", found.error().message}});
    look_at_ = now() + kLookAgainPause;
    return;
  }
  orders_.put(order::Served{found->served});
  for (const netlink::LinkState& link : found->links) {
    const auto& watched = settings.loop.watched.links;
    if (std::ranges::find(watched, link.name.view(), &config::MonitorLink::interface) !=
        watched.end())
      orders_.put(order::Link{link, start});
  }
}

void Supervisor::attend(int finished) {
  notice_.ready();
  for (;;) {
    wait(finished);
    notice_.watch(turns_, now());
    write_log();
    read_signals();
    if (now() >= stop_again_at_) stop();
    restart_services_if_due();
    read_pleas();
    reload_if_asked();
    if (look_again_ || now() >= look_at_) look_around_again();
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
  const Duration longest = reload_ && !reload_given_ ? kFullBoxPause : kLookAroundPause;
  const Duration left = std::clamp<Duration>(
      std::min({look_at_, restart_at_, stop_again_at_, notice_.deadline()}) - now(), 0ns, longest);
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left);
  ::poll(waiting.data(), waiting.size(), static_cast<int>(milliseconds.count()));
}

void Supervisor::read_signals() {
  signalfd_siginfo signal;
  while (::read(signals_.get(), &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
    const std::string number = std::to_string(signal.ssi_signo);
    // Of a terminal that is gone the kernel and the shell both tell: it asks for one stop.
    const bool abandoned = signal.ssi_signo == SIGHUP && on_terminal_ && hung_up(STDIN_FILENO);
    if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT || (abandoned && !stopping_)) {
      log::info(abandoned ? "terminal_gone" : "stopping", {{"signal", number}});
      stop();
    } else if (signal.ssi_signo == SIGHUP && !abandoned) {
      log::info("reloading", {{"signal", number}});
      ask_reload(0);
    }
  }
}

// Said first, the role is handed over; said again, everything ends at once.
void Supervisor::stop() {
  stop_again_at_ = stopping_ ? kNever : later(now(), reloader_.settings().shutdown_grace);
  stopping_ = true;
  notice_.stopping();
  orders_.put(order::Stop{});
}

void Supervisor::read_pleas() {
  pleas_.acknowledge();
  while (const auto plea = pleas_.take()) {
    switch (plea->kind) {
      case Plea::links_again:
        look_again_ = true;
        break;
      case Plea::reload:
        ask_reload(plea->petition);
        break;
      case Plea::reloaded:
        reload_.reset();
        look_again_ = true;
        break;
    }
  }
}

// A second signal while one waits asks for nothing new: the file is read later.
void Supervisor::ask_reload(std::uint64_t petition) {
  if (petition == 0 && std::ranges::find(reloads_asked_, 0U) != reloads_asked_.end()) return;
  if (reloads_asked_.size() == kMostReloads)
    refuse_reload(petition, "too many reloads are asked for");
  else
    reloads_asked_.push_back(petition);
}

void Supervisor::reload_if_asked() {
  if (reload_ && !reload_given_) reload_given_ = orders_.put(order::Reconfigure{reload_.get()});
  if (reload_ || reloads_asked_.empty()) return;
  const std::uint64_t petition = reloads_asked_.front();
  reloads_asked_.pop_front();
  if (stopping_)
    refuse_reload(petition, "the process is stopping");
  else
    reload(petition);
}

// Everything slow, while the failover thread goes on with what it has.
void Supervisor::reload(std::uint64_t petition) {
  const Time start = now();
  auto wanted = reloader_.read();
  if (!wanted) return refuse_reload(petition, wanted.error().message);
  const auto handed =
      child_.hand_over(inheritance_of(wanted->config, reloader_.assignment(), wanted->text));
  if (!handed) return refuse_reload(petition, handed.error().message);
  const auto& changes = wanted->changes;
  for (const auto& change : changes | std::views::take(kLoggedLines))
    log::info("reload_change", {{"text", config::describe(change)}});
  for (const auto& warning : wanted->warnings | std::views::take(kLoggedLines))
    log::warning("reload_warning", {{"text", warning}});
  log::set_level(wanted->config.log.level);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now() - start);
  log::info("reload_prepared", {{"changes", std::to_string(changes.size())},
                                {"milliseconds", std::to_string(milliseconds.count())}});
  reload_ = reloader_.accept(std::move(*wanted), petition);
  reload_given_ = orders_.put(order::Reconfigure{reload_.get()});
  look_again_ = true;
}

void Supervisor::refuse_reload(std::uint64_t petition, const std::string& why) {
  log::error("reload_refused", {{"text", why}});
  orders_.put(order::ReloadRefused{petition, InlineText<250>::cut(why)});
}

void Supervisor::write_log() {
  lines_.acknowledge();
  while (const auto entry = lines_.take()) log::history(*entry);
}

AddressFence make_fence(const config::Replication& replication, const Settings& settings) {
  if (!settings.fence) return {};
  auto fence = AddressFence::create(replication.cluster_id, settings.tag, settings.addresses);
  if (fence.kind() != AddressFence::Kind::kernel)
    log::warning("fence_missing",
                 {{"error", fence.trouble()},
                  {"text", "a process that is killed or frozen keeps its vips for seconds"}});
  return fence;
}

// Removes what an earlier life left behind, so that nothing is held before an election says so.
// True when nothing is left.
bool sweep(netlink::VirtualAddresses& addresses) {
  const netlink::AddressReport report = addresses.drop();
  if (report.removed + report.routes_removed > 0)
    log::warning("vip_sweep", {{"removed", std::to_string(report.removed)},
                               {"routes", std::to_string(report.routes_removed)},
                               {"text", "left behind by an earlier process"}});
  if (report.error) log::warning("vip_sweep_failed", {{"error", report.error->message}});
  for (const Prefix& prefix : report.foreign)
    log::warning("vip_foreign",
                 {{"address", prefix.str()}, {"text", "added by hand and left alone"}});
  return addresses.gone();
}

// A new fence stands before an earlier life's addresses go, and that life's fence goes after them.
bool sweep(netlink::VirtualAddresses& addresses, AddressFence& fence, const Settings& settings) {
  addresses.set_interface_notice(
      [&fence](std::uint32_t index, bool there) { fence.follow(index, there); });
  addresses.configure_links(settings.cluster_id, settings.links);
  const bool swept = sweep(addresses);
  addresses.set_interface_notice({});
  if (fence.kind() == AddressFence::Kind::kernel)
    fence.supersede();
  else if (swept)
    netlink::Fence::sweep({.cluster_id = settings.cluster_id});
  return swept;
}

}  // namespace

Result<void> supervise(const Assignment& assignment) {
  forbid_core_dumps();
  ServiceNotice notice = ServiceNotice::of_process();
  Settings settings = settings_from(assignment.config);
  auto signals = take_signals();
  if (!signals) return std::unexpected(signals.error());
  auto transport = heartbeat::Transport::create(assignment.config.replication.ha.heartbeat_port);
  if (!transport) return std::unexpected(transport.error());
  auto links = netlink::LinkWatch::create();
  if (!links) return std::unexpected(links.error());
  auto addresses = netlink::VirtualAddresses::create(settings.tag, settings.addresses);
  if (!addresses) return std::unexpected(addresses.error());
  addresses->configure_routes(settings.route_tag, settings.routes);
  auto aim = ProbeAim::create();
  if (!aim) return std::unexpected(aim.error());
  auto status = processes::SharedSnapshot::create();
  if (!status) return std::unexpected(status.error());
  auto sealers = make_sealers(assignment.config.replication);
  if (!sealers) return std::unexpected(sealers.error());
  auto child = ServicesChild::create(
      inheritance_of(assignment.config, assignment, assignment.config_text), status->fd());
  if (!child) return std::unexpected(child.error());

  log::start(assignment.config.log, "failover");
  AddressFence fence = make_fence(assignment.config.replication, settings);
  settings.loop.swept = sweep(*addresses, fence, settings);
  child->give_fence(fence.descriptor());
  settings.loop.memory_locked = lock_memory();
  Supervisor::Boxes boxes;
  AddressThread address_thread(std::move(*addresses), std::move(fence));
  ProbeThread probe_thread(std::move(*aim), settings.loop.instance.value);
  Descriptor finished(::eventfd(0, EFD_CLOEXEC));
  const FailoverLoop::Parts parts{*sealers, *transport,   *links,      address_thread, probe_thread,
                                  *status,  boxes.orders, boxes.pleas, boxes.lines,    boxes.turns};
  auto loop = FailoverLoop::create(settings.loop, parts);
  if (!loop) return std::unexpected(loop.error());

  Supervisor supervisor(Reloader(assignment, settings), std::move(*signals), std::move(*child),
                        std::move(notice), boxes);
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
