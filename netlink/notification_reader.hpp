// Reads what the kernel multicasts to a NETLINK_ROUTE socket, message by message, without blocking
// and without allocating. Knows no type of message.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/descriptor.hpp"
#include "base/error.hpp"

struct nlmsghdr;

namespace flywall::netlink {

struct WatchCounters {
  std::uint64_t foreign = 0;    // not sent by the kernel (nl_pid != 0)
  std::uint64_t malformed = 0;  // did not decode
  std::uint64_t overruns = 0;   // the kernel dropped notifications (ENOBUFS), or one was too long
};

class NotificationReader {
 public:
  // `groups` are RTNLGRP_*; `buffer_bytes` is asked for with SO_RCVBUFFORCE, else SO_RCVBUF.
  // Errors: denied, unavailable.
  static Result<NotificationReader> create(std::span<const unsigned> groups, int buffer_bytes);

  struct Next {
    const nlmsghdr* message = nullptr;  // valid until the next call; null: nothing waits
    bool overrun = false;               // something was lost before; then there is no message
  };
  Next next();
  void count_malformed() { ++counters_.malformed; }

  int fd() const { return socket_.get(); }
  const WatchCounters& counters() const { return counters_; }

 private:
  explicit NotificationReader(Descriptor socket);

  enum class Datagram { read, none, overrun };
  Datagram receive();

  Descriptor socket_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t size_ = 0;    // bytes of the datagram in hand
  std::size_t offset_ = 0;  // where its next message begins
  WatchCounters counters_;
};

}  // namespace flywall::netlink
