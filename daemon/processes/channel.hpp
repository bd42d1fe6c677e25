// One end of the socket pair between the two processes. Non-blocking on both sides: a peer that
// does not read loses messages (counted), it never delays the sender.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::processes {

// `closed` means that the other process is gone: the kernel closes its end within a fraction of a
// millisecond.
enum class Received { message, nothing, closed };

template <class Out, class In>
class Channel {
 public:
  explicit Channel(Descriptor end) : end_(std::move(end)) {}

  int fd() const { return end_.get(); }

  // False when the message was dropped: the other end is slow or gone.
  bool send(const Out& message) {
    const bool sent = ::send(end_.get(), &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL) ==
                      static_cast<ssize_t>(sizeof message);
    if (!sent) ++dropped_;
    return sent;
  }

  Received receive(In& message) {
    const ssize_t size = ::recv(end_.get(), &message, sizeof message, MSG_DONTWAIT);
    if (size == static_cast<ssize_t>(sizeof message)) return Received::message;
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Received::nothing;
    return Received::closed;
  }

  std::uint64_t dropped() const { return dropped_; }

 private:
  Descriptor end_;
  std::uint64_t dropped_ = 0;
};

using ServicesEnd = Channel<ToFailover, ToServices>;  // held by the services process
using FailoverEnd = Channel<ToServices, ToFailover>;  // held by the failover process

// Both ends, close-on-exec, with buffers for about a thousand messages.
Result<std::pair<Descriptor, Descriptor>> make_socket_pair();

}  // namespace flywall::processes
