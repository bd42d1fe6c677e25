// The last wills, ready to leave: everything that sending needs is prepared when a will arrives, so
// that at the death of the failover process there is only the system call left.
//
// Knows no process and no key: the bytes were sealed while their sender lived. Not movable: the
// prepared messages point into it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <memory>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::services {

inline constexpr int kWillCopies = 3;  // per path, as a goodbye (E11)

class WillSender {
 public:
  // Opens one UDP socket per family; a machine without IPv6 is fine.
  static Result<std::unique_ptr<WillSender>> create();
  WillSender(const WillSender&) = delete;
  WillSender& operator=(const WillSender&) = delete;

  // Replaces the will of that peer and path; ignores positions that do not exist. No allocation.
  void keep(const processes::message::LastWill& will);
  // Sends every will kWillCopies times: first one copy on each path, then the others. Never blocks.
  // Answers how many datagrams the kernel took.
  unsigned send_all();

 private:
  struct Prepared {
    bool set = false;
    int socket = -1;
    processes::message::LastWill will;
    sockaddr_storage to{};
    iovec bytes{};
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
    msghdr message{};
  };

  WillSender(Descriptor ipv4, Descriptor ipv6) : ipv4_(std::move(ipv4)), ipv6_(std::move(ipv6)) {}
  void prepare_ipv4(Prepared& prepared);
  void prepare_ipv6(Prepared& prepared);

  Descriptor ipv4_;
  Descriptor ipv6_;
  std::array<std::array<Prepared, kMaxPaths>, kMaxPeers> wills_{};
};

}  // namespace flywall::services
