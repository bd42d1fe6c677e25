// Tells the failover thread within a millisecond that a cable was pulled (E11): a NETLINK_ROUTE
// socket subscribed to RTNLGRP_LINK and nothing else.
//
// Reading takes no RTNL and allocates nothing. The watch keeps no table: it passes on what the
// kernel says; the first state comes from `link_dump` (address thread: dumps take RTNL). Messages
// that do not come from the kernel (nl_pid != 0) and such that do not decode are counted, never
// believed.
#pragma once

#include <cstdint>
#include <memory>

#include "base/error.hpp"
#include "base/inline_vector.hpp"
#include "netlink/descriptor.hpp"
#include "netlink/limits.hpp"
#include "netlink/link_state.hpp"

namespace flywall::netlink {

struct WatchCounters {
  std::uint64_t foreign = 0;    // not sent by the kernel
  std::uint64_t malformed = 0;  // did not decode
  std::uint64_t overruns = 0;   // the kernel dropped notifications (ENOBUFS), or one was too long
};

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
  int fd() const { return socket_.get(); }
  // Never blocks. An empty answer means nothing waits.
  LinkEvents read();
  const WatchCounters& counters() const { return counters_; }

 private:
  struct Buffer;
  struct BufferDelete {
    void operator()(Buffer* buffer) const;
  };
  LinkWatch(Descriptor socket, std::unique_ptr<Buffer, BufferDelete> buffer);

  Descriptor socket_;
  std::unique_ptr<Buffer, BufferDelete> buffer_;  // the datagram in hand and how far it was read
  WatchCounters counters_;
};

}  // namespace flywall::netlink
