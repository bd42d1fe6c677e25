#include "daemon/services/services.hpp"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>

#include "base/clock.hpp"
#include "daemon/await.hpp"
#include "daemon/control/http_server.hpp"
#include "daemon/control/listener.hpp"
#include "daemon/log/log.hpp"
#include "daemon/services/api.hpp"
#include "daemon/services/handed_configuration.hpp"
#include "daemon/services/peer_channel.hpp"
#include "daemon/services/resolver.hpp"
#include "daemon/services/tcp_door.hpp"
#include "daemon/services/watch.hpp"
#include "daemon/services/witnesses.hpp"
#include "daemon/tasks/fencer.hpp"
#include "daemon/tasks/own_monitors.hpp"
#include "daemon/tasks/role_hooks.hpp"

namespace flywall::services {

namespace asio = boost::asio;

namespace {

namespace message = processes::message;

constexpr Duration kListenRetry = 1s;
constexpr Duration kRetryRecords = 10s;
constexpr Duration kReviewWitnesses = 1s;
constexpr Duration kFarewellForWitnesses = 500ms;  // their releases
constexpr Duration kFarewellPause = 5ms;
constexpr unsigned kFarewellSeconds = 3;  // for what is left to do after an orderly stop
// The parent waits five seconds for our end.
constexpr Duration kFarewellForScripts = 2s;
constexpr int kExitConfiguration = 78;

void complain(const std::string& message) {
  log::Line line{.level = config::LogLevel::error,
                 .process = "services",
                 .event = "services_failed",
                 .fields = {{"error", message}},
                 .wall_ms = 0};
  std::fprintf(stderr, "%s\n", log::format_line(line, config::LogFormat::text).c_str());
}

int refuse_to_start(const Error& error, int status) {
  complain(error.message);
  return status;
}

std::optional<netlink::MappedGate> inherited_gate() {
  auto gate = netlink::MappedGate::open(processes::kFenceDescriptor);
  if (!gate) return std::nullopt;
  return std::move(*gate);
}

// Everything that runs on the Asio thread, made and connected here.
class Services {
 public:
  Services(Handed handed, processes::ServicesEnd channel, processes::SharedSnapshot snapshot,
           std::unique_ptr<WillSender> wills)
      : config_(std::move(handed.config)),
        configuration_(handed.number),
        channel_(std::move(channel)),
        snapshot_(std::move(snapshot)),
        watch_(channel_, inbox_, std::move(wills), config_.replication.cluster_id,
               inherited_gate()),
        records_(io_.get_executor(), config_.replication.state_dir),
        commands_(io_.get_executor(), channel_),
        peer_channel_({.executor = io_.get_executor(),
                       .config = config_,
                       .snapshot = snapshot_,
                       .note = [this](const auto& entry) { records_.note(entry); }}),
        api_({.config = config_,
              .snapshot = snapshot_,
              .records = records_,
              .commands = commands_,
              .warnings = [this] { return warnings(); },
              .channel = [this] { return peer_channel_.view(); },
              .script_failures = [this] { return script_failures(); },
              .providers = [this] { return witnesses_.views(); }}),
        server_(io_.get_executor(),
                [this](control::Request request, control::Caller caller) {
                  return api_.answer(std::move(request), std::move(caller));
                }),
        runner_(io_.get_executor()),
        hooks_({.executor = io_.get_executor(),
                .runner = runner_,
                .config = config_,
                .tell = [this](const message::Prepared& answer) { channel_.send(answer); },
                .note = [this](const processes::HistoryEntry& entry) { records_.note(entry); }},
               snapshot_.read()),
        fencer_({.executor = io_.get_executor(),
                 .runner = runner_,
                 .config = config_,
                 .tell = [this](const message::Fenced& answer) { channel_.send(answer); },
                 .note = [this](const processes::HistoryEntry& entry) { records_.note(entry); }}),
        monitors_({.executor = io_.get_executor(),
                   .runner = runner_,
                   .tell =
                       [this](message::MonitorChanged change) {
                         change.configuration = configuration_;
                         return channel_.send(change);
                       }}),
        witnesses_(
            {.tell =
                 [this](const processes::ToFailover& what) {
                   asio::post(io_, [this, what] { channel_.send(what); });
                 },
             .note = [this](const processes::HistoryEntry& entry) { records_.note(entry); }}) {}

  void run() {
    reserve_epochs(Epoch{});
    spawn(receive());
    spawn(keep_records());
    spawn(serve_socket());
    if (config_.api.listen) serve_tcp();
    if (config_.replication.ha.enabled) start_ha();
    peer_channel_.reconfigured();
    spawn(peer_channel_.follow_claim());
    try {
      io_.run();
    } catch (const std::exception& failure) {
      // The parent starts another one. Unwinding would wait for the watching thread.
      complain(failure.what());
      _exit(EXIT_FAILURE);
    }
  }

 private:
  void spawn(asio::awaitable<void> task) {
    asio::co_spawn(io_, std::move(task), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }

  void start_ha() {
    const std::uint16_t port = config_.replication.ha.heartbeat_port;
    spawn(keep_door({.address = *IpAddress::parse("0.0.0.0"), .port = port}));
    spawn(keep_door({.address = *IpAddress::parse("::"), .port = port}));
    resolve_peers();
    monitors_.watch(config_);
    start_witnesses();
    spawn(review_witnesses());
  }

  void start_witnesses() {
    witnesses_.configure(config_, configuration_);
    resolve_witnesses();
  }

  asio::awaitable<void> end_witnesses() {
    asio::steady_timer timer(io_);
    witnesses_.retire();
    for (const Time limit = now() + kFarewellForWitnesses; !witnesses_.ended() && now() < limit;) {
      timer.expires_after(kFarewellPause);
      co_await timer.async_wait(kAwait);
    }
  }

  // Who is the primary by the nodes' word, and by the providers'.
  asio::awaitable<void> review_witnesses() {
    asio::steady_timer timer(io_);
    while (true) {
      timer.expires_after(kReviewWitnesses);
      co_await timer.async_wait(kAwait);
      if (config_.replication.ha.quorum == config::Quorum::majority)
        witnesses_.review(snapshot_.read(), now());
    }
  }

  // Every configuration has other positions.
  void resolve_witnesses() {
    for (const auto& resolving : resolving_witnesses_)
      resolving->emit(asio::cancellation_type::terminal);
    resolving_witnesses_.clear();
    const auto& witnesses = config_.replication.ha.witnesses;
    for (std::size_t i = 0; i < witnesses.size(); ++i) {
      const auto place = HostPort::parse(witnesses[i].address);
      if (witnesses[i].type != config::WitnessType::node || !place) continue;
      resolving_witnesses_.push_back(
          resolve(PeerIndex{static_cast<std::uint8_t>(i)},
                  config::Peer{.name = {}, .heartbeat = {*place}, .replication = {}},
                  [this](const message::PeerResolved& resolved) {
                    return channel_.send(message::WitnessResolved{.witness = resolved.peer.value,
                                                                  .configuration = configuration_,
                                                                  .addresses = resolved.addresses});
                  }));
    }
  }

  using Resolving = std::shared_ptr<asio::cancellation_signal>;
  Resolving resolve(PeerIndex index, const config::Peer& whom,
                    std::function<bool(const message::PeerResolved&)> tell) {
    auto resolving = std::make_shared<asio::cancellation_signal>();
    asio::co_spawn(io_, resolve_peer(index, whom, std::move(tell)),
                   asio::bind_cancellation_slot(resolving->slot(),
                                                [kept = resolving](const std::exception_ptr&) {}));
    return resolving;
  }

  // Those of an earlier configuration end: their positions may mean other peers now.
  void resolve_peers() {
    for (const auto& resolving : resolving_) resolving->emit(asio::cancellation_type::terminal);
    resolving_.clear();
    const std::vector<config::Peer> peers = config::peers(config_.replication);
    for (std::size_t i = 0; i < peers.size(); ++i)
      resolving_.push_back(resolve(PeerIndex{static_cast<std::uint8_t>(i)}, peers[i],
                                   [this](message::PeerResolved resolved) {
                                     resolved.configuration = configuration_;
                                     return channel_.send(resolved);
                                   }));
  }

  // A configuration that cannot be taken over changes nothing.
  void reconfigure() {
    const auto content = read_whole(processes::kConfigDescriptor);
    auto handed = content ? parse_handed_configuration(*content)
                          : Result<Handed>(std::unexpected(content.error()));
    if (!handed) {
      log::error("reload_refused", {{"error", handed.error().message}});
      return;
    }
    const std::vector<config::Peer> before = config::peers(config_.replication);
    config_ = std::move(handed->config);
    log::set_level(config_.log.level);
    configuration_ = handed->number;
    hooks_.reconfigured();
    peer_channel_.reconfigured();
    if (!config_.replication.ha.enabled) return;
    monitors_.watch(config_);
    start_witnesses();
    if (config::peers(config_.replication) != before) resolve_peers();
  }

  asio::awaitable<void> receive() {
    asio::posix::stream_descriptor wake(io_, ::dup(inbox_.fd()));
    bool ended = false;
    while (!ended) {
      co_await wake.async_wait(asio::posix::descriptor_base::wait_read, kAwait);
      ended = watch_.said_farewell();
      inbox_.clear();
      while (const auto received = inbox_.take()) take(*received);
    }
    co_await peer_channel_.stop();
    co_await hooks_.finish(kFarewellForScripts);
    co_await end_witnesses();
    ::alarm(kFarewellSeconds);
    io_.stop();
  }

  void take(const processes::ToServices& received) {
    if (const auto* history = std::get_if<message::History>(&received)) {
      records_.note(history->entry);
    } else if (const auto* reserve = std::get_if<message::ReserveEpochs>(&received)) {
      reserve_epochs(reserve->up_to);
    } else if (const auto* answer = std::get_if<message::CommandAnswer>(&received)) {
      commands_.answered(*answer);
    } else if (const auto* prepare = std::get_if<message::Prepare>(&received)) {
      hooks_.prepare(*prepare);
    } else if (const auto* fence = std::get_if<message::Fence>(&received)) {
      fencer_.fence(*fence);
    } else if (const auto* change = std::get_if<message::RoleChanged>(&received)) {
      hooks_.changed(*change);
    } else if (const auto* question = std::get_if<message::AskWitness>(&received)) {
      witnesses_.ask(*question);
    } else if (const auto* release = std::get_if<message::ReleaseWitness>(&received)) {
      witnesses_.release(*release);
    } else if (std::holds_alternative<message::Reconfigured>(received)) {
      reconfigure();
    }
  }

  void reserve_epochs(Epoch up_to) {
    const InstanceId life = snapshot_.read().instance;
    records_.reserve(life, up_to, [this](const Result<Reservation>& result) {
      reserved_ = result.has_value();
      if (result)
        channel_.send(message::EpochsReserved{.floor = result->floor, .up_to = result->up_to});
      else
        channel_.send(
            message::EpochsUnavailable{.detail = InlineText<120>::cut(result.error().message)});
    });
  }

  asio::awaitable<void> keep_records() {
    asio::steady_timer timer(io_);
    while (true) {
      timer.expires_after(kRetryRecords);
      co_await timer.async_wait(kAwait);
      if (!reserved_) reserve_epochs(Epoch{});
      if (!records_.warnings().empty()) records_.retry();
    }
  }

  asio::awaitable<void> serve_socket() {
    asio::steady_timer timer(io_);
    while (true) {
      Result<control::UnixListener> made = control::UnixListener::create(config_.api.socket);
      if (made) {
        server_.listen(made->take(), control::Transport::unix_socket);
        socket_trouble_.clear();
        socket_.emplace(std::move(*made));
        co_return;
      }
      report(socket_trouble_, made.error().message);
      timer.expires_after(kListenRetry);
      co_await timer.async_wait(kAwait);
    }
  }

  // Beyond loopback only with TLS, which this version does not have.
  void serve_tcp() {
    const HostPort& listen = *config_.api.listen;
    std::vector<IpAddress> addresses;
    if (listen.host == "localhost")
      addresses = {*IpAddress::parse("127.0.0.1"), *IpAddress::parse("::1")};
    else if (const auto literal = IpAddress::parse(listen.host); literal && literal->is_loopback())
      addresses = {*literal};
    if (addresses.empty())
      report(tcp_trouble_, "api.listen \"" + listen.host +
                               "\" is not a loopback address: the API leaves this machine only "
                               "with TLS, which is not built yet; it is served on the socket only");
    for (const IpAddress& address : addresses)
      spawn(serve_tcp_at({.address = address, .port = listen.port.value_or(8080)}));
  }

  asio::awaitable<void> serve_tcp_at(Endpoint at) {
    asio::steady_timer timer(io_);
    while (true) {
      Result<Descriptor> made = control::listen_tcp(at);
      if (made) {
        server_.listen(std::move(*made), control::Transport::tcp);
        tcp_trouble_.clear();
        co_return;
      }
      report(tcp_trouble_, made.error().message);
      timer.expires_after(kListenRetry);
      co_await timer.async_wait(kAwait);
    }
  }

  void report(std::string& trouble, const std::string& message) {
    if (trouble != message) log::error("api_unreachable", {{"error", message}});
    trouble = message;
  }

  std::vector<std::string> warnings() const {
    std::vector<std::string> result = records_.warnings();
    for (std::string& warning : witnesses_.warnings()) result.push_back(std::move(warning));
    for (const std::string& trouble : {socket_trouble_, tcp_trouble_})
      if (!trouble.empty()) result.push_back(trouble);
    for (std::string& trouble : peer_channel_.warnings()) result.push_back(std::move(trouble));
    if (!snapshot_.read().last_reload_good)
      result.push_back("the last reload was refused: the log says why, the former one goes on");
    if (inbox_.lost() > 0)
      result.push_back(std::to_string(inbox_.lost()) +
                       " messages of the failover process were lost");
    return result;
  }

  std::map<std::string, std::uint64_t> script_failures() const {
    auto failures = hooks_.failures();
    for (const auto& [monitor, count] : monitors_.failures())
      failures["monitor " + monitor] += count;
    return failures;
  }

  config::Config config_;
  std::uint32_t configuration_;  // number of config_
  processes::ServicesEnd channel_;
  const processes::SharedSnapshot snapshot_;
  Inbox inbox_;
  Watch watch_;
  asio::io_context io_{1};
  RecordKeeper records_;
  Commands commands_;
  PeerChannel peer_channel_;
  Api api_;
  control::HttpServer server_;
  std::optional<control::UnixListener> socket_;
  std::string socket_trouble_;
  std::string tcp_trouble_;
  bool reserved_ = false;
  tasks::Runner runner_;
  tasks::RoleHooks hooks_;
  tasks::Fencer fencer_;
  tasks::OwnMonitors monitors_;
  Witnesses witnesses_;
  std::vector<Resolving> resolving_;
  std::vector<Resolving> resolving_witnesses_;
};

// Keys lie in this memory: no core dump, no debugger of another user. The death of the parent is
// noticed by the socket, not by a signal; when to end is the parent's word.
void settle() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_PDEATHSIG, 0);
  prctl(PR_SET_NAME, "flywalld-services");
  for (const int ignored : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) std::signal(ignored, SIG_IGN);
  mallopt(M_ARENA_MAX, 2);
}

}  // namespace

int run() {
  settle();
  const auto content = read_whole(processes::kConfigDescriptor);
  if (!content) return refuse_to_start(content.error(), EXIT_FAILURE);
  auto handed = parse_handed_configuration(*content);
  if (!handed) return refuse_to_start(handed.error(), kExitConfiguration);
  auto snapshot = processes::SharedSnapshot::open(Descriptor(processes::kSnapshotDescriptor));
  if (!snapshot) return refuse_to_start(snapshot.error(), EXIT_FAILURE);
  auto wills = WillSender::create();
  if (!wills) return refuse_to_start(wills.error(), EXIT_FAILURE);
  log::start(handed->config.log, "services");
  lock_memory();
  {
    Services services(std::move(*handed),
                      processes::ServicesEnd(Descriptor(processes::kSocketDescriptor)),
                      std::move(*snapshot), std::move(*wills));
    services.run();
  }
  log::stop();
  return EXIT_SUCCESS;
}

}  // namespace flywall::services
