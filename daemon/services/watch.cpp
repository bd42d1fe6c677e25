#include "daemon/services/watch.hpp"

#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "netlink/fence.hpp"
#include "netlink/leftovers.hpp"

namespace flywall::services {

namespace {

// Below the failover thread: while that one runs, there is nothing to bury.
constexpr int kRealTimePriority = 20;
constexpr std::size_t kPrefaultedStack = 64 << 10;

void prefault_stack() {
  std::array<volatile std::uint8_t, kPrefaultedStack> room;
  for (std::size_t i = 0; i < room.size(); i += 4096) room[i] = 0;
}

// With a limit on locked memory, every later allocation could fail because of MCL_FUTURE.
bool may_lock_without_limit() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> sets{};
  return syscall(SYS_capget, &header, sets.data()) == 0 &&
         (sets[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0;
}

}  // namespace

bool lock_memory() {
  return may_lock_without_limit() && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

Watch::Watch(processes::ServicesEnd& channel, Inbox& inbox, std::unique_ptr<WillSender> wills,
             std::string cluster_id, std::optional<netlink::MappedGate> gate)
    : channel_(channel),
      inbox_(inbox),
      wills_(std::move(wills)),
      cluster_id_(std::move(cluster_id)),
      gate_(std::move(gate)),
      thread_([this] { run(); }) {}

void Watch::run() {
  pthread_setname_np(pthread_self(), "last-will");
  const sched_param priority{.sched_priority = kRealTimePriority};
  pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
  prefault_stack();
  bool open = true;
  while (open && !farewell_) {
    pollfd end{.fd = channel_.fd(), .events = POLLIN, .revents = 0};
    poll(&end, 1, -1);
    open = receive_all();
  }
  // When the other end closes with our messages unread, the kernel first says "reset", although
  // more may wait, a Farewell among it.
  if (!open) receive_all();
  if (!farewell_) bury();
  inbox_.wake();
}

bool Watch::receive_all() {
  processes::ToServices message;
  for (;;) {
    switch (channel_.receive(message)) {
      case processes::Received::nothing:
        return true;
      case processes::Received::closed:
        return false;
      case processes::Received::message:
        if (const auto* will = std::get_if<processes::message::LastWill>(&message))
          wills_->keep(*will);
        else if (std::holds_alternative<processes::message::Farewell>(message))
          farewell_ = true;
        else
          inbox_.put(message);
    }
  }
}

// The fence goes on guarding what could not be removed, and goes on dropping what neighbours still
// send to be forwarded.
void Watch::bury() {
  if (gate_) gate_->gate().close();
  const unsigned sent = wills_->send_all();
  const netlink::Swept swept = netlink::sweep_leftovers(cluster_id_);
  if (swept.trouble.empty() && gate_ && !gate_->gate().fences_forwarding())
    netlink::Fence::sweep({.cluster_id = cluster_id_});
  std::array<char, 256> line{};
  const int size =
      std::snprintf(line.data(), line.size(),
                    "level=error ha event=failover_process_died wills_sent=%u vips_removed=%u "
                    "routes_removed=%u links_removed=%u%s%s\n",
                    sent, swept.addresses, swept.routes, swept.links,
                    swept.trouble.empty() ? "" : " error=", swept.trouble.substr(0, 120).c_str());
  pollfd log{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (size > 0 && poll(&log, 1, 0) == 1 && (log.revents & POLLOUT)) [[maybe_unused]]
    const ssize_t written =
        write(STDERR_FILENO, line.data(),
              std::min<std::size_t>(static_cast<std::size_t>(size), line.size() - 1));
  _exit(1);
}

}  // namespace flywall::services
