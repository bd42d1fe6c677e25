#include "daemon/tasks/fencer.hpp"

#include <boost/asio/co_spawn.hpp>

#include "base/clock.hpp"
#include "daemon/log/log.hpp"
#include "daemon/tasks/role_hooks.hpp"

namespace flywall::tasks {

namespace asio = boost::asio;
namespace message = processes::message;

namespace {

constexpr const char* kFencingScript = "fencing.script";

}  // namespace

void Fencer::fence(const message::Fence& asked) {
  asio::co_spawn(parts_.executor, run(asked), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
}

asio::awaitable<void> Fencer::run(message::Fence asked) {
  const Ending ending = co_await parts_.runner.run(order_of(asked));
  parts_.tell({.epoch = asked.epoch, .done = ending.good()});
  log_output(kFencingScript, ending);
  report(asked, ending);
}

Order Fencer::order_of(const message::Fence& asked) const {
  const config::Replication& replication = parts_.config.replication;
  return {.command = {replication.ha.fencing.script},
          .environment = {{"EVENT", "fence"},
                          {"REASON", heartbeat::name_of(asked.reason)},
                          {"EPOCH", std::to_string(asked.epoch.value)},
                          {"NODE_ID", replication.node_id.str()},
                          {"PEER_ID", asked.peer.str()},
                          {"VIPS", vips(replication.ha)},
                          {"CLUSTER_ID", replication.cluster_id},
                          {"STATE_DIR", replication.state_dir},
                          {"REQUIRED", asked.required ? "yes" : "no"}},
          .limit = replication.ha.fencing.timeout,
          .user = {}};
}

void Fencer::report(const message::Fence& asked, const Ending& ending) {
  std::string detail =
      std::string(kFencingScript) + " (" + asked.peer.str() + "): " + in_words(ending);
  constexpr std::size_t kRoom = decltype(processes::HistoryEntry::detail)::capacity();
  if (const std::string said = last_line(ending, kRoom); !said.empty()) detail += ": " + said;
  processes::HistoryEntry entry;
  entry.wall_ms = wall_clock_ms();
  entry.at = now();
  entry.happening =
      ending.good() ? processes::Happening::script_ended : processes::Happening::script_failed;
  entry.reason = asked.reason;
  entry.epoch = asked.epoch;
  entry.peer = asked.peer;
  entry.duration = ending.took;
  entry.detail = InlineText<120>::cut(detail);
  log::history(entry);
  parts_.note(entry);
}

}  // namespace flywall::tasks
