#include "netlink/notification_reader.hpp"

#include <linux/netlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "netlink/limits.hpp"
#include "netlink/open_socket.hpp"

namespace flywall::netlink {

NotificationReader::NotificationReader(Descriptor socket)
    : socket_(std::move(socket)), buffer_(std::make_unique<std::uint8_t[]>(kReceiveBytes)) {}

Result<NotificationReader> NotificationReader::create(std::span<const unsigned> groups,
                                                      int buffer_bytes) {
  auto socket = open_route_socket("watch the kernel's network", buffer_bytes);
  if (!socket) return std::unexpected(std::move(socket.error()));
  for (unsigned group : groups)
    if (setsockopt(socket->get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0)
      return fail_errno("cannot subscribe to netlink group " + std::to_string(group), errno);
  return NotificationReader(std::move(*socket));
}

NotificationReader::Datagram NotificationReader::receive() {
  size_ = offset_ = 0;
  for (int i = 0; i < kDatagramsPerRead; ++i) {
    sockaddr_nl sender{};
    iovec room{buffer_.get(), kReceiveBytes};
    msghdr header{};
    header.msg_name = &sender;
    header.msg_namelen = sizeof sender;
    header.msg_iov = &room;
    header.msg_iovlen = 1;
    const ssize_t size = recvmsg(socket_.get(), &header, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == ENOBUFS ? Datagram::overrun : Datagram::none;
    if (sender.nl_pid != 0) {
      ++counters_.foreign;
      continue;
    }
    if ((header.msg_flags & MSG_TRUNC) != 0) return Datagram::overrun;
    size_ = static_cast<std::size_t>(size);
    return Datagram::read;
  }
  return Datagram::none;
}

NotificationReader::Next NotificationReader::next() {
  for (int i = 0; i < kDatagramsPerRead; ++i) {
    const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.get() + offset_);
    const int remaining = static_cast<int>(size_ - offset_);
    if (nlmsg_ok(message, remaining) != 0) {
      const std::size_t length = NLMSG_ALIGN(message->nlmsg_len);
      offset_ = length < size_ - offset_ ? offset_ + length : size_;
      return {message, false};
    }
    if (remaining > 0) count_malformed();
    switch (receive()) {
      case Datagram::none:
        return {};
      case Datagram::overrun:
        ++counters_.overruns;
        return {nullptr, true};
      case Datagram::read:
        break;
    }
  }
  return {};
}

}  // namespace flywall::netlink
