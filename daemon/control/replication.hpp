// GET /api/replication/…: what replication is configured to do, and that nothing runs it yet. State
// is told as it is: never "connected", never a lag of zero, when nobody measured one.
#pragma once

#include "daemon/control/request.hpp"
#include "daemon/control/view.hpp"

namespace flywall::control {

Answer replication_status_answer(const View& view);
Answer replication_stats_answer(const View& view);
Answer replication_peers_answer(const View& view);
Answer replication_lag_answer(const View& view);

}  // namespace flywall::control
