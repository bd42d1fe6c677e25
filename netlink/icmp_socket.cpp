#include "netlink/icmp_socket.hpp"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

// After the C library's: the other way round it leaves out in6_pktinfo.
#include <linux/icmp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/check.hpp"
#include "netlink/limits.hpp"
#include "netlink/open_socket.hpp"

namespace flywall::netlink {

namespace {

constexpr std::size_t kControlBytes = 128;

bool set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

bool prepare_ipv4(int fd, std::span<const std::uint8_t> types) {
  icmp_filter filter{~0u};
  for (const std::uint8_t type : types) {
    FLYWALL_CHECK(type < 32);
    filter.data &= ~(1u << type);
  }
  return setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof filter) == 0 &&
         set(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

bool prepare_ipv6(int fd, std::span<const std::uint8_t> types) {
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  for (const std::uint8_t type : types) ICMP6_FILTER_SETPASS(type, &filter);
  return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) == 0 &&
         set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) && set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
}

// A control message into its buffer.
template <class T>
void put_control(msghdr& header, int level, int type, const T& value) {
  auto* control = reinterpret_cast<cmsghdr*>(static_cast<std::uint8_t*>(header.msg_control) +
                                             header.msg_controllen);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

template <class T>
bool read_control(const cmsghdr& control, int level, int type, T& value) {
  if (control.cmsg_level != level || control.cmsg_type != type) return false;
  std::memcpy(&value, CMSG_DATA(&control), sizeof value);
  return true;
}

void read_controls(msghdr& header, IcmpSocket::Received& received) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    in6_pktinfo where6{};
    in_pktinfo where4{};
    if (read_control(*control, IPPROTO_IPV6, IPV6_PKTINFO, where6))
      received.interface_index = where6.ipi6_ifindex;
    if (read_control(*control, IPPROTO_IP, IP_PKTINFO, where4))
      received.interface_index = static_cast<std::uint32_t>(where4.ipi_ifindex);
    read_control(*control, IPPROTO_IPV6, IPV6_HOPLIMIT, received.hop_limit);
  }
}

}  // namespace

Result<IcmpSocket> IcmpSocket::create(Family family, std::span<const std::uint8_t> types,
                                      const char* purpose) {
  const bool ipv6 = family == Family::ipv6;
  const std::string attempt = std::string("cannot open an ICMP socket to ") + purpose;
  Descriptor socket(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                             ipv6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP}));
  if (!socket) return fail_errno(attempt, errno);
  const bool ready = ipv6 ? prepare_ipv6(socket.get(), types) : prepare_ipv4(socket.get(), types);
  if (!ready) return fail_errno(attempt, errno);
  enlarge_receive_buffer(socket.get(), kProbeBufferBytes);
  return IcmpSocket(std::move(socket), family);
}

std::optional<IcmpSocket::Received> IcmpSocket::receive() {
  Received received;
  sockaddr_storage sender{};
  alignas(cmsghdr) std::array<std::uint8_t, kControlBytes> controls{};
  iovec room{received.room.data(), received.room.size()};
  msghdr header{};
  header.msg_name = &sender;
  header.msg_namelen = sizeof sender;
  header.msg_iov = &room;
  header.msg_iovlen = 1;
  header.msg_control = controls.data();
  header.msg_controllen = controls.size();
  const ssize_t size = recvmsg(socket_.get(), &header, MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  read_controls(header, received);
  received.size = static_cast<std::size_t>(size);
  received.source.family = family_;
  if (family_ == Family::ipv6) {
    std::memcpy(received.source.bytes.data(), &reinterpret_cast<sockaddr_in6&>(sender).sin6_addr,
                16);
    return received;
  }
  std::memcpy(received.source.bytes.data(), &reinterpret_cast<sockaddr_in&>(sender).sin_addr, 4);
  if (received.size < sizeof(iphdr)) return received;
  const std::size_t header_bytes = (received.room[0] & 0x0fu) * 4u;
  received.hop_limit = received.room[offsetof(iphdr, ttl)];
  received.offset = std::min(header_bytes, received.size);
  received.size -= received.offset;
  return received;
}

int IcmpSocket::send(Bytes message, const Destination& to) {
  alignas(cmsghdr) std::array<std::uint8_t, kControlBytes> controls{};
  sockaddr_in6 target6{};
  sockaddr_in target4{};
  iovec piece{const_cast<std::uint8_t*>(message.data()), message.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = controls.data();
  if (family_ == Family::ipv6) {
    target6.sin6_family = AF_INET6;
    target6.sin6_scope_id = to.interface_index;
    std::memcpy(&target6.sin6_addr, to.address.bytes.data(), 16);
    header.msg_name = &target6;
    header.msg_namelen = sizeof target6;
    in6_pktinfo where{};
    where.ipi6_ifindex = to.interface_index;
    if (to.interface_index != 0) put_control(header, IPPROTO_IPV6, IPV6_PKTINFO, where);
    if (to.hop_limit != 0) put_control(header, IPPROTO_IPV6, IPV6_HOPLIMIT, to.hop_limit);
  } else {
    target4.sin_family = AF_INET;
    std::memcpy(&target4.sin_addr, to.address.bytes.data(), 4);
    header.msg_name = &target4;
    header.msg_namelen = sizeof target4;
    in_pktinfo where{};
    where.ipi_ifindex = static_cast<int>(to.interface_index);
    if (to.interface_index != 0) put_control(header, IPPROTO_IP, IP_PKTINFO, where);
    if (to.hop_limit != 0) put_control(header, IPPROTO_IP, IP_TTL, to.hop_limit);
  }
  if (header.msg_controllen == 0) header.msg_control = nullptr;
  return sendmsg(socket_.get(), &header, MSG_DONTWAIT) < 0 ? errno : 0;
}

}  // namespace flywall::netlink
