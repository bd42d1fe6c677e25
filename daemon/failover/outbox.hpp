// What the failover thread has to tell the services process and must not lose because a socket is
// full for a moment: changes of the role, answers, questions. Kept in order, sent again at each
// turn, in a fixed room; when even that is full the oldest is lost and counted.
//
// History has its own, larger room (journal.hpp); what is only true until the next message of its
// kind (a last will) needs none.
//
// Knows messages; knows no thread and no clock.
#pragma once

#include <array>

#include "daemon/processes/channel.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::failover {

class Outbox {
 public:
  static constexpr std::size_t kWaiting = 64;

  void post(const processes::ToServices& message);
  // Sends what waits; stops at the first message that the services process does not take.
  void flush(processes::FailoverEnd& services);
  // The services process is gone: only what its successor must know stays, the changes of the role.
  void forget_conversation();

  std::size_t size() const { return count_; }
  std::uint64_t lost() const { return lost_; }

 private:
  std::array<processes::ToServices, kWaiting> waiting_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace flywall::failover
