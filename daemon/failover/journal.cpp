#include "daemon/failover/journal.hpp"

#include "base/clock.hpp"

namespace flywall::failover {

void Journal::write(processes::HistoryEntry entry, Time now) {
  entry.at = now;
  entry.wall_ms = wall_clock_ms();
  if (!log_.put(entry)) ++lost_;
  if (count_ == kWaiting) {
    first_ = (first_ + 1) % kWaiting;
    --count_;
    ++lost_;
  }
  waiting_[(first_ + count_) % kWaiting] = entry;
  ++count_;
}

void Journal::flush(processes::FailoverEnd& services) {
  while (count_ > 0 && services.send(processes::message::History{waiting_[first_]})) {
    first_ = (first_ + 1) % kWaiting;
    --count_;
  }
}

}  // namespace flywall::failover
