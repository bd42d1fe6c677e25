// Turns what the election and the address thread report into history entries, and passes each on
// twice: to the services process (history) and to the supervising thread (log). Neither can delay
// the failover thread: entries that nobody takes wait in a bounded ring; when it overflows, the
// oldest is lost and counted.
#pragma once

#include <array>

#include "daemon/failover/mailbox.hpp"
#include "daemon/processes/channel.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::failover {

using LogBox = Mailbox<processes::HistoryEntry, 256>;

class Journal {
 public:
  explicit Journal(LogBox& log) : log_(log) {}

  // Fills in the time of day and keeps the entry until `flush` delivers it.
  void write(processes::HistoryEntry entry, Time now);
  // Delivers what waits; stops at the first message that the services process does not take.
  void flush(processes::FailoverEnd& services);
  std::uint64_t lost() const { return lost_; }

 private:
  static constexpr std::size_t kWaiting = 512;
  LogBox& log_;
  std::array<processes::HistoryEntry, kWaiting> waiting_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace flywall::failover
