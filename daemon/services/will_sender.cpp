#include "daemon/services/will_sender.hpp"

#include <arpa/inet.h>

#include <cerrno>
#include <cstring>

namespace flywall::services {

namespace {

// Network control traffic: the queues of the interface serve it first.
constexpr int kPacketPriority = 6;

Descriptor udp_socket(int family) {
  Descriptor socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket)
    setsockopt(socket.get(), SOL_SOCKET, SO_PRIORITY, &kPacketPriority, sizeof kPacketPriority);
  return socket;
}

template <class Info>
void attach(msghdr& message, int level, int type, const Info& info) {
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(control), &info, sizeof info);
}

}  // namespace

Result<std::unique_ptr<WillSender>> WillSender::create() {
  Descriptor ipv4 = udp_socket(AF_INET);
  const int failure = errno;
  Descriptor ipv6 = udp_socket(AF_INET6);
  if (!ipv4 && !ipv6) return fail_errno("cannot open a UDP socket for the last wills", failure);
  return std::unique_ptr<WillSender>(new WillSender(std::move(ipv4), std::move(ipv6)));
}

void WillSender::keep(const processes::message::LastWill& will) {
  if (will.peer.value >= kMaxPeers || will.path.value >= kMaxPaths) return;
  Prepared& prepared = wills_[will.peer.value][will.path.value];
  prepared.set = false;
  if (will.size == 0 || will.size > will.bytes.size()) return;
  prepared.will = will;
  prepared.to = {};
  prepared.bytes = {.iov_base = prepared.will.bytes.data(), .iov_len = will.size};
  prepared.message = {};
  prepared.message.msg_name = &prepared.to;
  prepared.message.msg_iov = &prepared.bytes;
  prepared.message.msg_iovlen = 1;
  prepared.message.msg_control = prepared.control.data();
  const bool six = will.to.address.family == Family::ipv6;
  six ? prepare_ipv6(prepared) : prepare_ipv4(prepared);
  if (prepared.message.msg_controllen == 0) prepared.message.msg_control = nullptr;
  prepared.socket = six ? ipv6_.get() : ipv4_.get();
  prepared.set = will.to.address.family != Family::none && prepared.socket >= 0;
}

void WillSender::prepare_ipv4(Prepared& prepared) {
  const processes::message::LastWill& will = prepared.will;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(will.to.port);
  std::memcpy(&to.sin_addr, will.to.address.bytes.data(), 4);
  std::memcpy(&prepared.to, &to, sizeof to);
  prepared.message.msg_namelen = sizeof to;
  if (will.source.family != Family::ipv4 && will.ifindex == 0) return;
  in_pktinfo info{};
  info.ipi_ifindex = static_cast<int>(will.ifindex);
  if (will.source.family == Family::ipv4)
    std::memcpy(&info.ipi_spec_dst, will.source.bytes.data(), 4);
  attach(prepared.message, IPPROTO_IP, IP_PKTINFO, info);
}

void WillSender::prepare_ipv6(Prepared& prepared) {
  const processes::message::LastWill& will = prepared.will;
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(will.to.port);
  std::memcpy(&to.sin6_addr, will.to.address.bytes.data(), 16);
  if (will.to.address.is_link_local()) to.sin6_scope_id = will.ifindex;
  std::memcpy(&prepared.to, &to, sizeof to);
  prepared.message.msg_namelen = sizeof to;
  if (will.source.family != Family::ipv6 && will.ifindex == 0) return;
  in6_pktinfo info{};
  info.ipi6_ifindex = will.ifindex;
  if (will.source.family == Family::ipv6)
    std::memcpy(&info.ipi6_addr, will.source.bytes.data(), 16);
  attach(prepared.message, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

unsigned WillSender::send_all() {
  unsigned sent = 0;
  for (int copy = 0; copy < kWillCopies; ++copy)
    for (auto& paths : wills_)
      for (Prepared& prepared : paths)
        if (prepared.set && sendmsg(prepared.socket, &prepared.message, MSG_DONTWAIT) >= 0) ++sent;
  return sent;
}

}  // namespace flywall::services
