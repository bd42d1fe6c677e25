// The log of the failover process: key=value lines on standard error, through a queue of its own
// thread that drops the oldest line rather than wait for a reader that does not read.
//
// Every line about HA contains one of the words ha, failover, vip, so that
// `journalctl -u flywall | grep -E "(ha|failover|vip)"` finds it.
#pragma once

#include <string>

#include "daemon/config/config.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::failover {

void start_log(const config::Log& setting);
void stop_log();

// One entry as a line of the log.
void log(const processes::HistoryEntry& entry);
void log_info(const std::string& line);
void log_warning(const std::string& line);
void log_error(const std::string& line);

}  // namespace flywall::failover
