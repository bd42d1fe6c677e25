#include "heartbeat/transport.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "heartbeat/datagram.hpp"

namespace flywall::heartbeat {

namespace {

constexpr int kClassSelector6 = 48 << 2;  // DSCP CS6 in the traffic class byte
constexpr int kPriority = 6;
constexpr std::size_t kSlotSize = kMaxDatagram + 1;
// One packet information of either family, as it comes and as it goes.
constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(in6_pktinfo));
static_assert(kControlSize >= CMSG_SPACE(sizeof(in_pktinfo)));

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  int get() const { return value_; }
  explicit operator bool() const { return value_ >= 0; }

 private:
  int value_ = -1;
};

bool set_option(int descriptor, int level, int name, int value) {
  return setsockopt(descriptor, level, name, &value, sizeof(value)) == 0;
}

sockaddr_storage to_sockaddr(const Endpoint& endpoint, std::uint32_t interface, socklen_t& length) {
  sockaddr_storage result{};
  if (endpoint.address.family == Family::ipv6) {
    auto& six = reinterpret_cast<sockaddr_in6&>(result);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(endpoint.port);
    std::memcpy(&six.sin6_addr, endpoint.address.bytes.data(), 16);
    if (endpoint.address.is_link_local()) six.sin6_scope_id = interface;
    length = sizeof(six);
  } else {
    auto& four = reinterpret_cast<sockaddr_in&>(result);
    four.sin_family = AF_INET;
    four.sin_port = htons(endpoint.port);
    std::memcpy(&four.sin_addr, endpoint.address.bytes.data(), 4);
    length = sizeof(four);
  }
  return result;
}

Endpoint from_sockaddr(const sockaddr_storage& from) {
  Endpoint result;
  if (from.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(from);
    result.address.family = Family::ipv6;
    std::memcpy(result.address.bytes.data(), &six.sin6_addr, 16);
    result.port = ntohs(six.sin6_port);
  } else if (from.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(from);
    result.address.family = Family::ipv4;
    std::memcpy(result.address.bytes.data(), &four.sin_addr, 4);
    result.port = ntohs(four.sin_port);
  }
  return result;
}

// Marks and buffers are best effort: a heartbeat without them is still one.
void mark(int descriptor, bool six) {
  if (six)
    set_option(descriptor, IPPROTO_IPV6, IPV6_TCLASS, kClassSelector6);
  else
    set_option(descriptor, IPPROTO_IP, IP_TOS, kClassSelector6);
  set_option(descriptor, SOL_SOCKET, SO_PRIORITY, kPriority);
  if (!set_option(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer))
    set_option(descriptor, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  if (!set_option(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, kSendBuffer))
    set_option(descriptor, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
}

// The errno value with which it failed in place of the descriptor.
std::expected<Descriptor, int> open_socket(Family family, std::uint16_t port) {
  const bool six = family == Family::ipv6;
  Descriptor result(socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!result) return std::unexpected(errno);
  const bool ready = six ? set_option(result.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
                               set_option(result.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                         : set_option(result.get(), IPPROTO_IP, IP_PKTINFO, 1);
  if (!ready) return std::unexpected(errno);
  mark(result.get(), six);
  socklen_t length = 0;
  const sockaddr_storage any = to_sockaddr({IpAddress{family, {}}, port}, 0, length);
  if (bind(result.get(), reinterpret_cast<const sockaddr*>(&any), length) != 0)
    return std::unexpected(errno);
  return result;
}

bool family_is_missing(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

std::uint16_t bound_port(int descriptor) {
  sockaddr_storage bound{};
  socklen_t length = sizeof(bound);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length);
  return from_sockaddr(bound).port;
}

template <class Info>
void add_control(msghdr& message, int level, int type, const Info& info) {
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof(info));
  std::memcpy(CMSG_DATA(control), &info, sizeof(info));
  message.msg_controllen = CMSG_SPACE(sizeof(info));
}

// Pins source address and interface to what the route says.
void pin(msghdr& message, const Route& route) {
  if (route.to.address.family == Family::ipv6) {
    in6_pktinfo info{};
    info.ipi6_ifindex = route.interface;
    if (route.source.family == Family::ipv6)
      std::memcpy(&info.ipi6_addr, route.source.bytes.data(), 16);
    add_control(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(route.interface);
    if (route.source.family == Family::ipv4)
      std::memcpy(&info.ipi_spec_dst, route.source.bytes.data(), 4);
    add_control(message, IPPROTO_IP, IP_PKTINFO, info);
  }
}

void read_control(msghdr& message, Arrival& arrival) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
       control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(control), sizeof(info));
      arrival.interface = static_cast<std::uint32_t>(info.ipi_ifindex);
      arrival.to.family = Family::ipv4;
      std::memcpy(arrival.to.bytes.data(), &info.ipi_addr, 4);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(control), sizeof(info));
      arrival.interface = info.ipi6_ifindex;
      arrival.to.family = Family::ipv6;
      std::memcpy(arrival.to.bytes.data(), &info.ipi6_addr, 16);
    }
  }
}

void count(InlineVector<ErrorCount, kCountedErrors>& errors, int errno_value) {
  for (ErrorCount& known : errors) {
    if (known.errno_value != errno_value) continue;
    ++known.count;
    return;
  }
  errors.try_push_back({errno_value, 1});
}

}  // namespace

struct Transport::Sockets {
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, kControlSize> bytes{};
  };

  void prepare(std::size_t slots);
  std::size_t receive(int descriptor, std::size_t already);

  Descriptor four;
  Descriptor six;
  std::uint16_t port = 0;
  TransportCounters counters;
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> vectors{};
  std::array<sockaddr_storage, kBatch> senders{};
  std::array<Control, kBatch> controls{};
  std::array<std::array<std::uint8_t, kSlotSize>, kBatch> slots{};
  std::array<Arrival, kBatch> arrivals{};
  bool six_first = false;  // neither socket can starve the other
};

void Transport::Sockets::prepare(std::size_t first) {
  for (std::size_t i = first; i < kBatch; ++i) {
    vectors[i] = {slots[i].data(), kSlotSize};
    msghdr& header = messages[i].msg_hdr;
    header = {};
    header.msg_name = &senders[i];
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
    header.msg_control = controls[i].bytes.data();
    header.msg_controllen = kControlSize;
  }
}

// Fills the slots from `already` on; returns how many are filled then.
std::size_t Transport::Sockets::receive(int descriptor, std::size_t already) {
  if (descriptor < 0 || already == kBatch) return already;
  prepare(already);
  const int arrived = recvmmsg(descriptor, &messages[already],
                               static_cast<unsigned>(kBatch - already), MSG_DONTWAIT, nullptr);
  if (arrived < 0) {
    if (errno != EAGAIN && errno != EINTR) count(counters.receive_errors, errno);
    return already;
  }
  const std::size_t filled = already + static_cast<std::size_t>(arrived);
  for (std::size_t i = already; i < filled; ++i) {
    arrivals[i] = {.bytes = MutableBytes(slots[i].data(), messages[i].msg_len),
                   .from = from_sockaddr(senders[i]),
                   .to = {},
                   .interface = 0};
    read_control(messages[i].msg_hdr, arrivals[i]);
  }
  counters.received += static_cast<std::uint64_t>(arrived);
  return filled;
}

Result<Transport> Transport::create(std::uint16_t port) {
  auto sockets = std::make_unique<Sockets>();
  auto refused = [&](const char* family, int error) {
    std::string attempt = std::string("cannot bind UDP port ") + std::to_string(port) + " (" +
                          family + ") for heartbeats";
    if (error == EADDRINUSE) attempt += "; is another flywalld running?";
    return fail_errno(std::move(attempt), error);
  };
  auto four = open_socket(Family::ipv4, port);
  if (four)
    sockets->four = std::move(*four);
  else if (!family_is_missing(four.error()))
    return refused("IPv4", four.error());
  sockets->port = four ? bound_port(sockets->four.get()) : port;

  auto six = open_socket(Family::ipv6, sockets->port);
  if (six)
    sockets->six = std::move(*six);
  else if (!four || !family_is_missing(six.error()))
    return refused("IPv6", six.error());
  if (!four) sockets->port = bound_port(sockets->six.get());
  return Transport(std::move(sockets));
}

Transport::Transport(std::unique_ptr<Sockets> sockets) : sockets_(std::move(sockets)) {}
Transport::Transport(Transport&&) noexcept = default;
Transport& Transport::operator=(Transport&&) noexcept = default;
Transport::~Transport() = default;

InlineVector<int, 2> Transport::descriptors() const {
  InlineVector<int, 2> result;
  if (sockets_->four) result.push_back(sockets_->four.get());
  if (sockets_->six) result.push_back(sockets_->six.get());
  return result;
}

std::uint16_t Transport::port() const { return sockets_->port; }

int Transport::send(const Route& route, Bytes bytes) {
  const bool six = route.to.address.family == Family::ipv6;
  const int descriptor = (six ? sockets_->six : sockets_->four).get();
  socklen_t length = 0;
  sockaddr_storage to = to_sockaddr(route.to, route.interface, length);
  Sockets::Control control;
  iovec vector{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = length;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = kControlSize;
  pin(message, route);

  int error = EAFNOSUPPORT;
  if (descriptor >= 0 && route.to.address.family != Family::none)
    error = sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
  if (error != 0)
    count(sockets_->counters.send_errors, error);
  else
    ++sockets_->counters.sent;
  return error;
}

std::span<Arrival> Transport::receive() {
  Sockets& sockets = *sockets_;
  sockets.six_first = !sockets.six_first;
  const int six = sockets.six.get();
  const int four = sockets.four.get();
  std::size_t filled = sockets.receive(sockets.six_first ? six : four, 0);
  filled = sockets.receive(sockets.six_first ? four : six, filled);
  return std::span(sockets.arrivals).first(filled);
}

const TransportCounters& Transport::counters() const { return sockets_->counters; }

}  // namespace flywall::heartbeat
