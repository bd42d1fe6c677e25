// `flywall replication …`, and what a later version brings.
#include "daemon/cli/actions.hpp"
#include "daemon/cli/asking.hpp"
#include "daemon/cli/render.hpp"

namespace flywall::cli {

int show_replication(const Settings& settings, const std::string& what) {
  const Reply reply = get(settings, "/api/replication/" + what);
  if (reply.exit == kExitGood) print(settings, reply.body, render_replication);
  return reply.exit;
}

int resync(const Settings& settings) {
  const Reply reply =
      request(settings, {.method = "POST", .target = "/api/replication/resync", .body = "{}"});
  if (reply.exit == kExitGood) print(settings, reply.body, render_replication);
  return reply.exit;
}

}  // namespace flywall::cli
