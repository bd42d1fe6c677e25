#include "daemon/control/caller.hpp"

#include <arpa/inet.h>
#include <grp.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "base/descriptor.hpp"

namespace flywall::control {

namespace {

constexpr std::size_t kMaxGroups = 256;
constexpr std::size_t kDatabaseBuffer = 16384;

struct Group {
  gid_t gid = 0;
  std::vector<std::string> members;
};

std::optional<Group> trusted_group() {
  std::vector<char> buffer(kDatabaseBuffer);
  group entry{};
  group* found = nullptr;
  if (getgrnam_r(kGroup, &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
    return std::nullopt;
  Group result{.gid = entry.gr_gid, .members = {}};
  for (char** member = entry.gr_mem; *member; ++member) result.members.emplace_back(*member);
  return result;
}

bool is_member(uid_t uid, const Group& trusted) {
  std::vector<char> buffer(kDatabaseBuffer);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return false;
  return entry.pw_gid == trusted.gid ||
         std::ranges::find(trusted.members, entry.pw_name) != trusted.members.end();
}

Caller identify_unix(int socket) {
  Caller caller{.transport = Transport::unix_socket};
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return caller;
  caller.uid = credentials.uid;
  const std::optional<Group> trusted = trusted_group();
  if (!trusted) return caller;
  std::array<gid_t, kMaxGroups> groups{};
  socklen_t bytes = sizeof groups;
  std::span<const gid_t> others;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) == 0)
    others = std::span(groups).first(bytes / sizeof(gid_t));
  caller.in_group =
      credentials.gid == trusted->gid || std::ranges::find(others, trusted->gid) != others.end();
  return caller;
}

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t inode = 0;
  bool operator==(const Owner&) const = default;
};

struct Ends {
  sockaddr_storage client{};
  sockaddr_storage ours{};
};

void fill(const sockaddr_storage& from, __be32 (&address)[4], __be16& port) {
  if (from.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &from, sizeof in);
    std::memcpy(address, &in.sin6_addr, sizeof in.sin6_addr);
    port = in.sin6_port;
  } else {
    sockaddr_in in{};
    std::memcpy(&in, &from, sizeof in);
    address[0] = in.sin_addr.s_addr;
    port = in.sin_port;
  }
}

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

Question ask_for(const Ends& ends) {
  Question question;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = static_cast<__u8>(ends.client.ss_family);
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = ~0U;
  inet_diag_sockid& id = question.request.id;
  fill(ends.client, id.idiag_src, id.idiag_sport);
  fill(ends.ours, id.idiag_dst, id.idiag_dport);
  id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return question;
}

bool is_connected(std::uint8_t state) {
  return state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2;
}

// The kernel answers before `send` returns.
std::optional<Owner> owner_of(int diag, const Ends& ends) {
  const Question question = ask_for(ends);
  if (send(diag, &question, sizeof question, 0) < 0) return std::nullopt;
  alignas(nlmsghdr) std::array<std::uint8_t, 4096> buffer{};
  const ssize_t size = recv(diag, buffer.data(), buffer.size(), MSG_DONTWAIT);
  nlmsghdr header{};
  inet_diag_msg found{};
  if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof found)) return std::nullopt;
  std::memcpy(&header, buffer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  std::memcpy(&found, buffer.data() + NLMSG_HDRLEN, sizeof found);
  const bool asked_for = found.id.idiag_sport == question.request.id.idiag_sport &&
                         found.id.idiag_dport == question.request.id.idiag_dport;
  if (!asked_for || !is_connected(found.idiag_state) || found.idiag_inode == 0) return std::nullopt;
  return Owner{found.idiag_uid, found.idiag_inode};
}

bool is_loopback(const sockaddr_storage& end) {
  __be32 address[4]{};
  __be16 port = 0;
  fill(end, address, port);
  const std::size_t length = end.ss_family == AF_INET6 ? 16 : 4;
  const auto parsed =
      IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(address), length});
  return parsed && parsed->is_loopback();
}

std::optional<std::uint32_t> loopback_owner(int socket) {
  Ends ends;
  socklen_t client_size = sizeof ends.client;
  socklen_t own_size = sizeof ends.ours;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&ends.client), &client_size) != 0 ||
      getsockname(socket, reinterpret_cast<sockaddr*>(&ends.ours), &own_size) != 0)
    return std::nullopt;
  if (!is_loopback(ends.client) || !is_loopback(ends.ours)) return std::nullopt;
  const Descriptor diag(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!diag) return std::nullopt;
  const std::optional<Owner> first = owner_of(diag.get(), ends);
  const std::optional<Owner> second = first ? owner_of(diag.get(), ends) : std::nullopt;
  if (!second || *first != *second) return std::nullopt;
  return first->uid;
}

}  // namespace

Caller identify(int socket, Transport transport) {
  if (transport == Transport::unix_socket) return identify_unix(socket);
  Caller caller{.transport = transport, .uid = loopback_owner(socket)};
  if (!caller.uid || *caller.uid == 0) return caller;
  const std::optional<Group> trusted = trusted_group();
  caller.in_group = trusted && is_member(*caller.uid, *trusted);
  return caller;
}

}  // namespace flywall::control
