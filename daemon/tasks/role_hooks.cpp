#include "daemon/tasks/role_hooks.hpp"

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/clock.hpp"
#include "daemon/await.hpp"
#include "daemon/log/log.hpp"

namespace flywall::tasks {

namespace asio = boost::asio;
namespace message = processes::message;

namespace {

RoleScripts::Rules rules_of(const config::Ha& ha) {
  return {.has_pre = !ha.pre_failover_script.empty(),
          .has_post = !ha.post_failover_script.empty(),
          .pre_required = ha.pre_failover_required,
          .limit = ha.script_timeout};
}

std::string setting_of(const Call& call) {
  return call.hook == Hook::pre ? "pre_failover_script" : "post_failover_script";
}

std::string name_of_change(const Call& call) {
  return setting_of(call) + " (" + heartbeat::name_of(call.from) + " to " +
         heartbeat::name_of(call.to) + ")";
}

bool lies_between(heartbeat::State state) {
  return state == heartbeat::State::taking_over || state == heartbeat::State::handing_over;
}

[[noreturn]] void rethrow(const std::exception_ptr& failure) { std::rethrow_exception(failure); }

void spawn(const asio::any_io_executor& executor, asio::awaitable<void> task) {
  asio::co_spawn(executor, std::move(task), [](const std::exception_ptr& failure) {
    if (failure) rethrow(failure);
  });
}

}  // namespace

std::string vips(const config::Ha& ha) {
  std::string text;
  for (const config::VirtualIp& vip : ha.virtual_ips) {
    const std::string one = vip.address.str();
    if (text.size() + one.size() >= kMostVips) break;
    text += (text.empty() ? "" : " ") + one;
  }
  return text;
}

void log_output(const std::string& script, const Ending& ending) {
  std::string_view rest = ending.output;
  std::size_t lines = 0;
  while (!rest.empty() && lines < kLoggedLines) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty()) continue;
    ++lines;
    log::info("script_output",
              {{"script", script}, {"text", std::string(line.substr(0, kLoggedLineBytes))}});
  }
  if (const std::uint64_t left = rest.size() + ending.discarded; left > 0)
    log::info("script_output",
              {{"script", script}, {"text", std::to_string(left) + " more bytes are not logged"}});
}

RoleHooks::RoleHooks(Parts parts, const processes::Snapshot& at_start)
    : parts_(std::move(parts)),
      life_(at_start.instance),
      memory_(std::filesystem::path(parts_.config.api.socket).parent_path() / "role-scripts"),
      scripts_(rules_of(parts_.config.replication.ha), progress_before(at_start)),
      wake_(parts_.executor),
      idle_(parts_.executor) {
  catch_up(at_start);
  spawn(parts_.executor, watch_deadline());
}

void RoleHooks::prepare(const message::Prepare& asked) {
  preparation_ = asked.number;
  act(scripts_.prepare(asked, now()));
}

void RoleHooks::changed(const message::RoleChanged& change) {
  act(scripts_.changed(change, now()));
}
void RoleHooks::reconfigured() { scripts_.set_rules(rules_of(parts_.config.replication.ha)); }

// What an earlier services process of the same life had begun. Where that is not known although
// there was one, the present role counts as done: rather no script than one twice.
Progress RoleHooks::progress_before(const processes::Snapshot& at_start) const {
  std::ifstream file(memory_);
  std::uint64_t life = 0;
  unsigned settled = 0;
  bool opened = false;
  if (file >> life >> settled >> opened && life == life_.value && life != 0 &&
      settled < heartbeat::kStates)
    return {.settled = static_cast<heartbeat::State>(settled), .opened = opened};
  if (at_start.services_restarts > 0 && !lies_between(at_start.state))
    return {.settled = at_start.state};
  return {};
}

// A role that was reached while no services process ran.
void RoleHooks::catch_up(const processes::Snapshot& at_start) {
  const Progress& before = scripts_.progress();
  if (lies_between(at_start.state) || (at_start.state == before.settled && !before.opened)) return;
  changed({.from = at_start.transition_from,
           .to = at_start.state,
           .reason = at_start.transition_reason,
           .epoch = at_start.claim.epoch,
           .peer = {}});
}

void RoleHooks::remember() {
  const Progress& progress = scripts_.progress();
  std::ostringstream line;
  line << life_.value << ' ' << static_cast<unsigned>(progress.settled) << ' ' << progress.opened
       << '\n';
  if (line.str() == remembered_) return;
  remembered_ = line.str();
  const std::string fresh = memory_ + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << remembered_;
  file.close();
  if (!file || std::rename(fresh.c_str(), memory_.c_str()) != 0)
    log::warning("scripts_not_remembered",
                 {{"path", memory_},
                  {"text", "a restarted services process may not know which scripts have run"}});
}

void RoleHooks::act(const RoleScripts::Output& output) {
  remember();
  if (output.prepared) parts_.tell({.number = preparation_, .accepted = *output.prepared});
  for (const Call& call : output.skipped) report_skipped(call);
  if (output.begin) spawn(parts_.executor, run(*output.begin));
  if (scripts_.idle()) idle_.cancel();
  wake_.cancel();
}

asio::awaitable<void> RoleHooks::run(RoleScripts::Begin begin) {
  const Ending ending = co_await parts_.runner.run(order_of(begin));
  log_output(setting_of(begin.call), ending);
  report(begin.call, ending);
  act(scripts_.ended(ending.good(), now()));
}

asio::awaitable<void> RoleHooks::watch_deadline() {
  while (true) {
    const Time deadline = scripts_.deadline();
    if (deadline == kNever)
      wake_.expires_at(asio::steady_timer::time_point::max());
    else
      wake_.expires_after(std::max<Duration>(deadline - now(), 0ns));
    auto [cancelled] = co_await wake_.async_wait(kAwait);
    if (!cancelled) act(scripts_.tick(now()));
  }
}

asio::awaitable<void> RoleHooks::finish(Duration limit) {
  if (scripts_.idle()) co_return;
  idle_.expires_after(limit);
  co_await idle_.async_wait(kAwait);
}

Order RoleHooks::order_of(const RoleScripts::Begin& begin) const {
  const config::Replication& replication = parts_.config.replication;
  const Call& call = begin.call;
  const bool pre = call.hook == Hook::pre;
  return {
      .command = {pre ? replication.ha.pre_failover_script : replication.ha.post_failover_script},
      .environment = {{"EVENT", pre ? "pre_failover" : "post_failover"},
                      {"FROM", heartbeat::name_of(call.from)},
                      {"TO", heartbeat::name_of(call.to)},
                      {"REASON", heartbeat::name_of(call.reason)},
                      {"EPOCH", std::to_string(call.epoch.value)},
                      {"NODE_ID", replication.node_id.str()},
                      {"PEER_ID", call.peer.str()},
                      {"VIPS", vips(replication.ha)},
                      {"CLUSTER_ID", replication.cluster_id},
                      {"STATE_DIR", replication.state_dir},
                      {"PLANNED", call.planned ? "yes" : "no"}},
      .limit = begin.limit,
      .user = replication.ha.script_user};
}

void RoleHooks::report(const Call& call, const Ending& ending) {
  if (!ending.good()) ++failures_[setting_of(call)];
  std::string detail = name_of_change(call) + ": " + in_words(ending);
  constexpr std::size_t kRoom = decltype(processes::HistoryEntry::detail)::capacity();
  if (const std::string said = last_line(ending, kRoom); !said.empty()) detail += ": " + said;
  note(call,
       ending.good() ? processes::Happening::script_ended : processes::Happening::script_failed,
       ending.took, detail);
}

void RoleHooks::report_skipped(const Call& call) {
  ++failures_[setting_of(call)];
  note(call, processes::Happening::script_failed, {},
       name_of_change(call) + ": skipped, the ones before it took too long");
}

void RoleHooks::note(const Call& call, processes::Happening happening, Duration took,
                     const std::string& detail) {
  processes::HistoryEntry entry;
  entry.wall_ms = wall_clock_ms();
  entry.at = now();
  entry.happening = happening;
  entry.epoch = call.epoch;
  entry.peer = call.peer;
  entry.duration = took;
  entry.detail = InlineText<120>::cut(detail);
  log::history(entry);
  parts_.note(entry);
}

}  // namespace flywall::tasks
