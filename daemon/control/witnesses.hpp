// The witnesses in the answers: their part of the status, and the metrics `ha_lock_*`.
#pragma once

#include "daemon/control/json_answer.hpp"
#include "daemon/control/view.hpp"

namespace flywall::control {

// In the order of the configuration.
Json witnesses_json(const View& view);
void add_witness_metrics(const View& view, Json& body);

}  // namespace flywall::control
