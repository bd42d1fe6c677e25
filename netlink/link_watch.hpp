// Tells the failover thread within a millisecond that a cable was pulled (E11): a NETLINK_ROUTE
// socket subscribed to RTNLGRP_LINK and nothing else.
//
// The kernel tells the loss of a carrier at once, or up to one second later when any interface of
// the machine had such an event within the last second (linkwatch_schedule_work,
// net/core/link_watch.c; pairs like veth are exempt unless both ends have the same index). Who
// cannot wait asks RouteSocket::link, on the address thread.
//
// Reading takes no RTNL and allocates nothing. The watch keeps no table: it passes on what the
// kernel says; the first state comes from `link_dump` (address thread: dumps take RTNL). Messages
// that do not come from the kernel (nl_pid != 0) and such that do not decode are counted, never
// believed.
#pragma once

#include <utility>

#include "base/error.hpp"
#include "base/inline_vector.hpp"
#include "netlink/limits.hpp"
#include "netlink/link_state.hpp"
#include "netlink/notification_reader.hpp"

namespace flywall::netlink {

struct LinkEvents {
  InlineVector<LinkState, kLinkEventsPerRead> links;  // oldest first; one link may come twice
  bool overrun = false;  // something was lost: ask the address thread for a dump
  bool more = false;     // not read to the end: call again
};

class LinkWatch {
 public:
  // In the network namespace of the calling thread. Errors: denied, unavailable.
  static Result<LinkWatch> create();

  // Non-blocking descriptor for poll or Asio; the watch keeps it.
  int fd() const { return reader_.fd(); }
  // Never blocks. An empty answer means nothing waits.
  LinkEvents read();
  const WatchCounters& counters() const { return reader_.counters(); }

 private:
  explicit LinkWatch(NotificationReader reader) : reader_(std::move(reader)) {}

  NotificationReader reader_;
};

}  // namespace flywall::netlink
