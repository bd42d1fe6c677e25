// The messages of one datagram of the kernel.
#pragma once

#include <linux/netlink.h>
#include <netlink/msg.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>

namespace flywall::netlink {

inline constexpr int kHighestErrno = 4095;  // MAX_ERRNO, include/linux/err.h

// The kernel's verdict on one request: 0 or an errno value. Precondition: NLMSG_ERROR.
inline int verdict(const nlmsghdr& message) {
  if (nlmsg_datalen(&message) < static_cast<int>(sizeof(int))) return EBADMSG;
  const int error = static_cast<const nlmsgerr*>(nlmsg_data(&message))->error;
  return error > 0 || error < -kHighestErrno ? EBADMSG : -error;
}

// Calls `visit` with each message of a datagram until it answers false.
template <class Visit>
void each_message(std::span<const std::uint8_t> datagram, Visit visit) {
  while (!datagram.empty()) {
    const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data());
    if (nlmsg_ok(message, static_cast<int>(datagram.size())) == 0 || !visit(*message)) return;
    const std::size_t length = NLMSG_ALIGN(message->nlmsg_len);
    datagram = datagram.subspan(std::min(length, datagram.size()));
  }
}

}  // namespace flywall::netlink
