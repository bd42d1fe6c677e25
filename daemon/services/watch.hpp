// The thread that waits for the death of the failover process.
//
// Blocks on the socket pair. While the other end lives, it keeps the wills and passes every other
// message on through the Inbox. When the other end closes without a Farewell, it closes the fence,
// sends the wills at once, then removes our addresses and routes, and the fence unless it has more
// to guard, then ends the process: no lock of another thread, no allocation and no log
// line comes before the first will. Runs under SCHED_FIFO with a prefaulted
// stack when that is permitted.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "daemon/processes/channel.hpp"
#include "daemon/services/inbox.hpp"
#include "daemon/services/will_sender.hpp"
#include "netlink/mapped_gate.hpp"

namespace flywall::services {

class Watch {
 public:
  // `channel` and `inbox` outlive the object; others may send on `channel` meanwhile.
  Watch(processes::ServicesEnd& channel, Inbox& inbox, std::unique_ptr<WillSender> wills,
        std::string cluster_id, std::optional<netlink::MappedGate> gate);
  // Precondition: said_farewell().
  ~Watch() { thread_.join(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // The failover process ends in order; the thread has ended, and the inbox was woken.
  bool said_farewell() const { return farewell_; }

 private:
  void run();
  bool receive_all();
  [[noreturn]] void bury();

  processes::ServicesEnd& channel_;
  Inbox& inbox_;
  std::unique_ptr<WillSender> wills_;
  const std::string cluster_id_;
  const std::optional<netlink::MappedGate> gate_;
  std::atomic<bool> farewell_ = false;
  std::thread thread_;
};

// Keeps the pages of this process in memory as they are touched, when permitted without limit.
bool lock_memory();

}  // namespace flywall::services
