// What happened, as a line of the log.
#pragma once

#include "daemon/processes/messages.hpp"
#include "daemon/services/log.hpp"

namespace flywall::services {

LogLine line_of(const processes::HistoryEntry& entry);
void log_history(const processes::HistoryEntry& entry);

}  // namespace flywall::services
