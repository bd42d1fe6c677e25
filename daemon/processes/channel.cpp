#include "daemon/processes/channel.hpp"

namespace flywall::processes {

namespace {

constexpr std::size_t kBuffered = 1000;  // messages

}  // namespace

Result<std::pair<Descriptor, Descriptor>> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return fail_errno("cannot make the socket pair between the two processes", errno);
  std::pair<Descriptor, Descriptor> pair{Descriptor(ends[0]), Descriptor(ends[1])};
  const int room = static_cast<int>(kBuffered * 2 * sizeof(ToServices));
  for (const int end : ends) {
    // The forced variant needs CAP_NET_ADMIN; without it the system's limit applies, which is
    // enough to run.
    if (::setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) != 0)
      ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  }
  return pair;
}

}  // namespace flywall::processes
