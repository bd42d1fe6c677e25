// GET /api/replication/…: what replication is configured to do, and how its channel stands. State
// is told as it is: never "connected", never a lag of zero, when nobody measured one.
#pragma once

#include "daemon/control/json_answer.hpp"
#include "daemon/control/request.hpp"
#include "daemon/control/view.hpp"

namespace flywall::control {

Answer replication_status_answer(const View& view);
Answer replication_stats_answer(const View& view);
Answer replication_peers_answer(const View& view);
Answer replication_lag_answer(const View& view);

// replication_bytes_total by direction and stage.
Json replication_bytes(const replication::Traffic& traffic);

}  // namespace flywall::control
