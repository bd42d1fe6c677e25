#include "netlink/route_socket.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "base/check.hpp"
#include "netlink/kernel_answers.hpp"
#include "netlink/open_socket.hpp"
#include "netlink/route_entry_message.hpp"
#include "netlink/route_message.hpp"

namespace flywall::netlink {

namespace {

bool harmless(const AddressChange& change, int errno_value) {
  if (change.adds()) return errno_value == EEXIST;
  return errno_value == EADDRNOTAVAIL || errno_value == ENODEV;
}

bool harmless(const RouteChange& change, int errno_value) {
  return !change.adds && (errno_value == ESRCH || errno_value == ENODEV);
}

std::size_t encode(const AddressChange& change, std::uint32_t sequence, bool ask_ack,
                   MutableBytes room) {
  return encode_change(change, sequence, ask_ack, room);
}
std::size_t encode(const RouteChange& change, std::uint32_t sequence, bool ask_ack,
                   MutableBytes room) {
  return encode_route_change(change, sequence, ask_ack, room);
}

// The messages of a chunk, numbered from `first`; answers their bytes.
template <class Change>
std::size_t encode_chunk(std::span<const Change> chunk, std::uint32_t first, MutableBytes room) {
  FLYWALL_CHECK(!chunk.empty() && chunk.size() <= kChangesPerChunk);
  std::size_t size = 0;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const bool last = i + 1 == chunk.size();
    size += encode(chunk[i], first + static_cast<std::uint32_t>(i), last, room.subspan(size));
  }
  return size;
}

}  // namespace

RouteSocket::RouteSocket(Descriptor socket) : socket_(std::move(socket)), buffer_(kReceiveBytes) {}

Result<RouteSocket> RouteSocket::create() {
  auto socket = open_route_socket("change addresses", kRouteBufferBytes);
  if (!socket) return std::unexpected(std::move(socket.error()));
  enlarge_send_buffer(socket->get(), kRouteBufferBytes);
  const int on = 1;
  setsockopt(socket->get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  return RouteSocket(std::move(*socket));
}

Result<void> RouteSocket::send(std::span<const std::uint8_t> request) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t sent = sendto(socket_.get(), request.data(), request.size(), 0,
                                reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent >= 0) return {};
    if (errno != EINTR) return fail_errno("cannot send a request to the kernel (netlink)", errno);
  }
}

Result<std::size_t> RouteSocket::receive() {
  constexpr const char* kAttempt = "cannot read the kernel's answer (netlink)";
  for (;;) {
    sockaddr_nl sender{};
    iovec room{buffer_.data(), buffer_.size()};
    msghdr header{};
    header.msg_name = &sender;
    header.msg_namelen = sizeof sender;
    header.msg_iov = &room;
    header.msg_iovlen = 1;
    const ssize_t size = recvmsg(socket_.get(), &header, MSG_DONTWAIT);
    if (size >= 0 && sender.nl_pid != 0) {
      ++foreign_;
      continue;
    }
    if (size >= 0 && (header.msg_flags & MSG_TRUNC) != 0) return fail_errno(kAttempt, EMSGSIZE);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return fail_errno(kAttempt, errno);
    pollfd wait{socket_.get(), POLLIN, 0};
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(kAnswerTime).count();
    const int ready = poll(&wait, 1, static_cast<int>(limit));
    if (ready == 0) return fail_errno(kAttempt, ETIMEDOUT);
    if (ready < 0 && errno != EINTR) return fail_errno(kAttempt, errno);
  }
}

Result<ChunkFailures> RouteSocket::execute(std::span<const AddressChange> chunk) {
  return execute_chunk(chunk);
}
Result<ChunkFailures> RouteSocket::execute(std::span<const RouteChange> chunk) {
  return execute_chunk(chunk);
}

template <class Change>
Result<ChunkFailures> RouteSocket::execute_chunk(std::span<const Change> chunk) {
  std::array<std::uint8_t, kChangesPerChunk * kChangeBytes> request;
  const std::uint32_t first = sequence_;
  const std::size_t size = encode_chunk(chunk, first, request);
  sequence_ += static_cast<std::uint32_t>(chunk.size());
  if (auto sent = send(std::span(request).first(size)); !sent)
    return std::unexpected(std::move(sent.error()));
  return collect(chunk.size(), first, [&](std::uint32_t index, int errno_value) {
    return harmless(chunk[index], errno_value);
  });
}

Result<ChunkFailures> RouteSocket::collect(std::size_t count, std::uint32_t first,
                                           const Harmless& harmless_at) {
  ChunkFailures failures;
  bool finished = false;
  while (!finished) {
    auto size = receive();
    if (!size) return std::unexpected(std::move(size.error()));
    each_message(std::span(buffer_).first(*size), [&](const nlmsghdr& message) {
      const std::uint32_t index = message.nlmsg_seq - first;
      if (message.nlmsg_type != NLMSG_ERROR || index >= count) return true;
      const int errno_value = verdict(message);
      if (errno_value != 0 && !harmless_at(index, errno_value))
        failures.try_push_back({index, errno_value});
      finished = index + 1 == count;
      return !finished;
    });
  }
  return failures;
}

Result<void> RouteSocket::request(std::span<const Encoded> requests, const std::string& attempt) {
  const std::uint32_t first = sequence_;
  Encoded all;
  for (const Encoded& one : requests) {
    nlmsghdr header;
    FLYWALL_CHECK(one.size() >= sizeof header);
    std::memcpy(&header, one.data(), sizeof header);
    header.nlmsg_seq = sequence_++;
    if (header.nlmsg_seq - first + 1 == requests.size()) header.nlmsg_flags |= NLM_F_ACK;
    const std::size_t offset = all.size();
    all.insert(all.end(), one.begin(), one.end());
    std::memcpy(&all[offset], &header, sizeof header);
  }
  if (auto sent = send(all); !sent) return std::unexpected(std::move(sent.error()));
  auto failures = collect(requests.size(), first, [](std::uint32_t, int) { return false; });
  if (!failures) return std::unexpected(std::move(failures.error()));
  if (!failures->empty()) return fail_errno(attempt, (*failures)[0].errno_value);
  return {};
}

Result<void> RouteSocket::dump(std::uint16_t type, const DumpSink& sink) {
  struct Request {
    nlmsghdr header;
    ifinfomsg body;  // as long as ifaddrmsg or longer; family AF_UNSPEC
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = type;
  return dump({reinterpret_cast<std::uint8_t*>(&request), sizeof request}, sink);
}

Result<void> RouteSocket::dump_routes(Family family, RouteTag tag, const DumpSink& sink) {
  struct Request {
    nlmsghdr header;
    rtmsg body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETROUTE;
  request.body.rtm_family = family == Family::ipv6 ? AF_INET6 : AF_INET;
  request.body.rtm_protocol = tag.value;
  // Only then the kernel looks at the protocol; the other dumps do not ask in its strict form.
  const int on = 1, off = 0;
  setsockopt(socket_.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  auto dumped = dump({reinterpret_cast<std::uint8_t*>(&request), sizeof request}, sink);
  setsockopt(socket_.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &off, sizeof off);
  return dumped;
}

Result<void> RouteSocket::dump(MutableBytes request, const DumpSink& sink) {
  for (int i = 0; i < kDumpTries; ++i) {
    sink.restart();
    auto end = dump_once(request, sink);
    if (!end) return std::unexpected(std::move(end.error()));
    if (*end == DumpEnd::complete) return {};
  }
  return fail(ErrorKind::unavailable, "the kernel's list changed while it was read, " +
                                          std::to_string(kDumpTries) + " times in a row (netlink)");
}

Result<LinkState> RouteSocket::link(std::uint32_t index) {
  struct Request {
    nlmsghdr header;
    ifinfomsg body;
    rtattr attribute;
    std::uint32_t extension;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.ifi_index = static_cast<int>(index);
  request.attribute = {sizeof(rtattr) + sizeof request.extension, IFLA_EXT_MASK};
  request.extension = RTEXT_FILTER_SKIP_STATS;
  return ask<LinkState>({reinterpret_cast<std::uint8_t*>(&request), sizeof request},
                        "cannot ask for interface " + std::to_string(index), decode_link);
}

Result<RouteHop> RouteSocket::route_to(const IpAddress& address, std::uint32_t interface_index) {
  RouteQuestion question = route_question(address, interface_index);
  const std::string attempt = "no route to " + address.str();
  auto hop = ask<RouteHop>(question.bytes(), attempt, decode_route_answer);
  if (hop && !hop->usable) return fail(ErrorKind::unavailable, attempt);
  return hop;
}

template <class Answer>
Result<Answer> RouteSocket::ask(MutableBytes request, const std::string& attempt,
                                std::optional<Answer> (*decode)(const nlmsghdr&)) {
  const std::uint32_t sequence = sequence_++;
  reinterpret_cast<nlmsghdr*>(request.data())->nlmsg_seq = sequence;
  if (auto sent = send(request); !sent) return std::unexpected(std::move(sent.error()));
  std::optional<Result<Answer>> answer;
  while (!answer) {
    auto size = receive();
    if (!size) return std::unexpected(std::move(size.error()));
    each_message(std::span(buffer_).first(*size), [&](const nlmsghdr& message) {
      if (message.nlmsg_seq != sequence) return true;
      if (auto understood = decode(message))
        answer = *understood;
      else if (message.nlmsg_type == NLMSG_ERROR)
        answer = fail_errno(attempt, verdict(message));
      else
        answer = fail(ErrorKind::internal, attempt + ": the answer does not decode");
      return false;
    });
  }
  return std::move(*answer);
}

Result<RouteSocket::DumpEnd> RouteSocket::dump_once(MutableBytes request, const DumpSink& sink) {
  const std::uint32_t sequence = sequence_++;
  auto* header = reinterpret_cast<nlmsghdr*>(request.data());
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = sequence;
  if (auto sent = send(request); !sent) return std::unexpected(std::move(sent.error()));
  bool finished = false, interrupted = false, too_many = false;
  int errno_value = 0;
  while (!finished) {
    auto size = receive();
    if (!size) return std::unexpected(std::move(size.error()));
    each_message(std::span(buffer_).first(*size), [&](const nlmsghdr& message) {
      if (message.nlmsg_seq != sequence) return true;
      interrupted |= (message.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
      finished = message.nlmsg_type == NLMSG_DONE || message.nlmsg_type == NLMSG_ERROR;
      if (message.nlmsg_type == NLMSG_ERROR) errno_value = verdict(message);
      if (!finished && !too_many) too_many = !sink.take(message);
      return !finished;
    });
  }
  if (errno_value != 0) return fail_errno("the kernel refused a list (netlink)", errno_value);
  if (interrupted) return DumpEnd::interrupted;
  if (too_many) return fail(ErrorKind::invalid, "more objects than the limit (netlink)");
  return DumpEnd::complete;
}

}  // namespace flywall::netlink
