// GET /api/ha/metrics: counters and gauges as JSON, under the names that Prometheus will get
// (CONTRACT section 4). What is not built has no key.
//
//   "ha_epoch": 7                                            one value
//   "ha_path_alive": [{"peer":…, "path":…, "value":1}, …]    one per set of labels
#pragma once

#include "daemon/control/request.hpp"
#include "daemon/control/view.hpp"

namespace flywall::control {

Answer metrics_answer(const View& view);

}  // namespace flywall::control
