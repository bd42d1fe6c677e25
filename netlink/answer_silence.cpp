#include "netlink/answer_silence.hpp"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <vector>

#include "netlink/kernel_answers.hpp"
#include "netlink/limits.hpp"
#include "netlink/open_socket.hpp"
#include "netlink/silence_rules.hpp"

namespace flywall::netlink {

namespace {

constexpr const char* kSilencing = "cannot silence the answers for virtual addresses (nftables)";

Result<void> send(int socket, std::span<const std::uint8_t> request) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    if (sendto(socket, request.data(), request.size(), 0,
               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) >= 0)
      return {};
    if (errno != EINTR) return fail_errno(kSilencing, errno);
  }
}

// 0 or an errno value once the kernel has decided: the first refusal, or consent to the last
// message.
std::optional<int> decision(std::span<const std::uint8_t> datagram, std::uint32_t last_sequence) {
  std::optional<int> result;
  each_message(datagram, [&](const nlmsghdr& message) {
    if (message.nlmsg_type != NLMSG_ERROR) return true;
    const int errno_value = verdict(message);
    if (errno_value != 0 || message.nlmsg_seq == last_sequence) result = errno_value;
    return !result;
  });
  return result;
}

Result<void> await(int socket, std::uint32_t last_sequence) {
  constexpr auto kLimit = std::chrono::duration_cast<std::chrono::milliseconds>(kAnswerTime);
  std::vector<std::uint8_t> room(kReceiveBytes);
  for (;;) {
    sockaddr_nl sender{};
    socklen_t sender_size = sizeof sender;
    const ssize_t size = recvfrom(socket, room.data(), room.size(), MSG_DONTWAIT,
                                  reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (size >= 0 && sender.nl_pid == 0) {
      const auto decided =
          decision(std::span(room).first(static_cast<std::size_t>(size)), last_sequence);
      if (decided && *decided != 0) return fail_errno(kSilencing, *decided);
      if (decided) return {};
    }
    if (size >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN) return fail_errno(kSilencing, errno);
    pollfd wait{socket, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(kLimit.count())) == 0)
      return fail_errno(kSilencing, ETIMEDOUT);
  }
}

}  // namespace

Result<AnswerSilence> AnswerSilence::create(AddressTag tag, std::span<const IpAddress> addresses) {
  Descriptor socket(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  if (!socket) return fail_errno(kSilencing, errno);
  if (addresses.empty()) return AnswerSilence(std::move(socket));
  enlarge_send_buffer(socket.get(), kRouteBufferBytes);
  const SilenceTransaction transaction = silence_transaction(tag, addresses);
  if (auto sent = send(socket.get(), transaction.bytes); !sent)
    return std::unexpected(std::move(sent.error()));
  if (auto agreed = await(socket.get(), transaction.last_sequence); !agreed)
    return std::unexpected(std::move(agreed.error()));
  return AnswerSilence(std::move(socket));
}

}  // namespace flywall::netlink
