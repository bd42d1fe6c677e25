#include "daemon/tasks/own_monitors.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <variant>

#include "daemon/await.hpp"
#include "daemon/log/log.hpp"
#include "daemon/tasks/port_check.hpp"
#include "daemon/tasks/role_hooks.hpp"
#include "daemon/tasks/verdict.hpp"

namespace flywall::tasks {

namespace asio = boost::asio;
using config::MonitorScript;
using config::MonitorService;
using processes::message::MonitorChanged;

namespace {

// What `systemctl is-active` answers about a unit; anything else is about systemd itself.
constexpr int kActive = 0;
constexpr int kInactive = 3;
constexpr int kNoSuchUnit = 4;

Order is_active(const std::string& systemctl, const std::string& unit, Duration limit) {
  return {.command = {systemctl, "is-active", "--quiet", "--", unit},
          .environment = {},
          .limit = limit,
          .user = {}};
}

}  // namespace

struct OwnMonitors::Result {
  std::optional<bool> good;  // nothing: it cannot be known
  std::string detail;
};

struct OwnMonitors::Monitor {
  Monitor(const asio::any_io_executor& executor, std::variant<MonitorScript, MonitorService> block)
      : what(std::move(block)),
        verdict(std::visit([](const auto& one) { return Verdict(one.rise, one.fall); }, what)),
        timer(executor),
        ended(executor, asio::steady_timer::time_point::max()) {}

  const std::string& name() const {
    return std::visit([](const auto& one) -> const std::string& { return one.name; }, what);
  }
  Duration interval() const {
    return std::visit([](const auto& one) { return one.interval; }, what);
  }

  std::variant<MonitorScript, MonitorService> what;
  Order order;  // of a script
  Verdict verdict;
  std::uint16_t position = 0;
  std::optional<bool> told;
  std::string detail;
  bool unknown_said = false;
  bool stopped = false;
  bool over = false;
  asio::steady_timer timer;
  asio::steady_timer ended;  // cancelled when the last check is over
};

void OwnMonitors::watch(const config::Config& config) {
  const config::Ha& ha = config.replication.ha;
  std::vector<Shared> wanted;
  const auto add = [&](std::variant<MonitorScript, MonitorService> what) {
    wanted.push_back(std::make_shared<Monitor>(parts_.executor, std::move(what)));
    Monitor& monitor = *wanted.back();
    monitor.position = static_cast<std::uint16_t>(wanted.size() - 1);
    monitor.order = {.environment = {{"EVENT", "monitor"},
                                     {"MONITOR", monitor.name()},
                                     {"NODE_ID", config.replication.node_id.str()},
                                     {"CLUSTER_ID", config.replication.cluster_id},
                                     {"STATE_DIR", config.replication.state_dir}},
                     .user = ha.script_user};
  };
  for (const MonitorScript& script : ha.monitor_scripts) add(script);
  for (const MonitorService& service : ha.monitor_services) add(service);
  std::vector<Shared> former = std::exchange(monitors_, {});
  for (Shared& one : wanted) {
    const auto same_name = [&](const Shared& other) {
      return other->what.index() == one->what.index() && other->name() == one->name();
    };
    const auto found = std::ranges::find_if(former, same_name);
    Shared before = found == former.end() ? nullptr : *found;
    if (before && before->what == one->what && before->order.user == one->order.user) {
      before->position = one->position;
      before->told.reset();
      former.erase(found);
      monitors_.push_back(before);
      tell(*before);
    } else {
      monitors_.push_back(one);
      begin(one, before);
    }
  }
  for (const Shared& gone : former) {
    gone->stopped = true;
    gone->timer.cancel();
  }
}

void OwnMonitors::begin(Shared monitor, Shared former) {
  asio::co_spawn(parts_.executor, run(std::move(monitor), std::move(former)),
                 [](const std::exception_ptr& failure) {
                   if (failure) std::rethrow_exception(failure);
                 });
}

// The former one of the same name ends first: two checks of one thing never run at once.
asio::awaitable<void> OwnMonitors::run(Shared monitor, Shared former) {
  if (former && !former->over) co_await former->ended.async_wait(kAwait);
  former.reset();
  auto start = asio::steady_timer::clock_type::now();
  while (!monitor->stopped) {
    const Result result = co_await check(monitor);
    if (monitor->stopped) break;
    digest(*monitor, result);
    start = std::max(start + monitor->interval(), asio::steady_timer::clock_type::now());
    monitor->timer.expires_at(start);
    co_await monitor->timer.async_wait(kAwait);
  }
  monitor->over = true;
  monitor->ended.cancel();
}

asio::awaitable<OwnMonitors::Result> OwnMonitors::check(Shared monitor) {
  if (const auto* script = std::get_if<MonitorScript>(&monitor->what))
    co_return co_await check_script(*script, monitor->order);
  const auto& service = std::get<MonitorService>(monitor->what);
  if (!service.connect)
    co_return co_await check_unit(service.unit.empty() ? service.name : service.unit,
                                  service.timeout);
  const std::string closed = co_await why_port_is_closed(*service.connect, service.timeout);
  co_return Result{.good = closed.empty(),
                   .detail = closed.empty() ? "the port accepts connections" : closed};
}

asio::awaitable<OwnMonitors::Result> OwnMonitors::check_script(MonitorScript script, Order order) {
  const std::string name = script.name;
  order.command = script.command;
  order.limit = script.timeout;
  const Ending ending = co_await parts_.runner.run(std::move(order));
  Result result{.good = ending.good(), .detail = in_words(ending)};
  constexpr std::size_t kRoom = decltype(MonitorChanged::detail)::capacity();
  if (const std::string said = last_line(ending, kRoom); !said.empty())
    result.detail += ": " + said;
  if (!ending.good()) ++failures_[name];
  co_return result;
}

asio::awaitable<OwnMonitors::Result> OwnMonitors::check_unit(std::string unit, Duration limit) {
  const Ending ending = co_await parts_.runner.run(is_active(parts_.systemctl, unit, limit));
  const bool about_unit =
      ending.end == End::exited &&
      (ending.value == kActive || ending.value == kInactive || ending.value == kNoSuchUnit);
  if (ending.end == End::too_long)
    co_return Result{.good = false, .detail = "systemd does not answer in time"};
  if (!about_unit)
    co_return Result{.good = {}, .detail = "systemd cannot be asked: " + in_words(ending)};
  if (ending.value == kActive) co_return Result{.good = true, .detail = unit + " is active"};
  co_return Result{
      .good = false,
      .detail = unit + (ending.value == kInactive ? " is not active" : " is not known to systemd")};
}

void OwnMonitors::digest(Monitor& monitor, const Result& result) {
  if (!result.good) {
    if (!monitor.unknown_said)
      log::warning("monitor_unknown", {{"monitor", monitor.name()}, {"text", result.detail}});
    monitor.unknown_said = true;
  } else {
    monitor.unknown_said = false;
    if (monitor.verdict.count(*result.good)) monitor.detail = result.detail;
  }
  tell(monitor);
}

void OwnMonitors::tell(Monitor& monitor) {
  const std::optional<bool> up = monitor.verdict.up();
  if (!up || monitor.told == up) return;
  if (parts_.tell(
          {.monitor = monitor.position, .up = *up, .detail = InlineText<120>::cut(monitor.detail)}))
    monitor.told = up;
}

}  // namespace flywall::tasks
