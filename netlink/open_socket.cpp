#include "netlink/open_socket.hpp"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace flywall::netlink {

namespace {

void enlarge(int fd, int forced, int ordinary, int bytes) {
  if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) != 0)
    setsockopt(fd, SOL_SOCKET, ordinary, &bytes, sizeof bytes);
}

}  // namespace

void enlarge_receive_buffer(int fd, int bytes) { enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF, bytes); }
void enlarge_send_buffer(int fd, int bytes) { enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF, bytes); }

Result<Descriptor> open_route_socket(const char* purpose, int buffer_bytes) {
  const std::string attempt = std::string("cannot open a netlink socket to ") + purpose;
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket) return fail_errno(attempt, errno);
  enlarge_receive_buffer(socket.get(), buffer_bytes);
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
    return fail_errno(attempt, errno);
  return socket;
}

Result<Descriptor> open_packet_socket(const char* purpose, int protocol) {
  const int wire_protocol = htons(static_cast<std::uint16_t>(protocol));
  Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, wire_protocol));
  if (!socket) return fail_errno(std::string("cannot open a packet socket to ") + purpose, errno);
  return socket;
}

}  // namespace flywall::netlink
