#include "daemon/cli/actions.hpp"

#include "base/clock.hpp"
#include "daemon/cli/asking.hpp"
#include "daemon/cli/render.hpp"

namespace flywall::cli {

int show_status(const Settings& settings) {
  const Reply reply = get(settings, "/api/ha/status");
  if (reply.exit == kExitGood) print(settings, reply.body, render_status);
  return reply.exit;
}

int show_cluster(const Settings& settings) {
  const Reply reply = get(settings, "/api/ha/cluster");
  if (reply.exit != kExitGood) return reply.exit;
  print(settings, reply.body, render_cluster);
  return reply.body.value("primaries", 0) == 1 ? kExitGood : kExitWrongState;
}

int show_history(const Settings& settings, const HistoryWish& wish) {
  std::string target = "/api/ha/history?limit=" + std::to_string(wish.limit);
  if (!wish.kind.empty()) target += "&kind=" + wish.kind;
  const Reply reply = get(settings, target);
  if (reply.exit != kExitGood) return reply.exit;
  print(settings, reply.body, [](const Json& body, const Style& style) {
    return render_history(body, wall_clock_ms(), style);
  });
  return kExitGood;
}

}  // namespace flywall::cli
