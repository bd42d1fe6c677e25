// What the service manager is told (sd_notify(3), by hand): that this process is ready, that it
// stops, and, as long as the failover thread makes progress, that it lives. A thread that hangs
// says nothing more, and the manager kills the process (WatchdogSec): the services process sends
// the wills, the fence drops the addresses.
//
// Knows a socket and a count of turns. Without NOTIFY_SOCKET it is silent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/time.hpp"

namespace flywall::failover {

class ServiceNotice {
 public:
  // From the environment, where NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are removed: children
  // have nothing to say. Before there are threads.
  static ServiceNotice of_process();
  // `path`: of a datagram socket, an abstract one with '@' in front; empty: nobody listens.
  // `watchdog`: after so much silence the manager kills; zero: it does not watch.
  ServiceNotice(const std::string& path, Duration watchdog);

  void ready() const { say("READY=1"); }
  void stopping() const { say("STOPPING=1"); }
  // To be called at `deadline` or earlier; `turns`: of the failover thread so far.
  void watch(std::uint64_t turns, Time now);
  Time deadline() const { return next_; }

 private:
  void say(std::string_view words) const;

  Descriptor socket_;  // connected
  Duration pause_{};   // zero: nobody watches
  Time next_ = kNever;
  std::uint64_t turns_ = 0;
};

}  // namespace flywall::failover
