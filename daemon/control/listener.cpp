#include "daemon/control/listener.hpp"

#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "daemon/control/caller.hpp"

namespace flywall::control {

namespace {

constexpr mode_t kSocketMode = 0660;

Result<sockaddr_un> socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::invalid, "the path " + path + " is too long for a socket; at most " +
                                        std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Descriptor new_unix_socket() {
  return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// A full backlog (EAGAIN) is a living listener too.
bool somebody_listens(const sockaddr_un& address) {
  const Descriptor probe = new_unix_socket();
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno == EAGAIN;
}

void admit_group(const std::string& path) {
  std::vector<char> buffer(16384);
  group entry{};
  group* found = nullptr;
  if (getgrnam_r(kGroup, &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return;
  // Without the right to give it away the socket stays root's alone: nothing is opened by that.
  if (chown(path.c_str(), static_cast<uid_t>(-1), entry.gr_gid) != 0) return;
}

sockaddr_storage to_sockaddr(const Endpoint& at, socklen_t& size) {
  sockaddr_storage storage{};
  if (at.address.family == Family::ipv6) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(at.port);
    std::memcpy(&in.sin6_addr, at.address.bytes.data(), 16);
    std::memcpy(&storage, &in, size = sizeof in);
  } else {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(at.port);
    std::memcpy(&in.sin_addr, at.address.bytes.data(), 4);
    std::memcpy(&storage, &in, size = sizeof in);
  }
  return storage;
}

}  // namespace

Result<Descriptor> listen_tcp(const Endpoint& at) {
  const bool six = at.address.family == Family::ipv6;
  Descriptor result(
      ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (result) setsockopt(result.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (result && six) setsockopt(result.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  socklen_t size = 0;
  const sockaddr_storage address = to_sockaddr(at, size);
  if (!result || bind(result.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(result.get(), kBacklog) != 0)
    return fail_errno("cannot listen on TCP " + at.str(), errno);
  return result;
}

Result<UnixListener> UnixListener::create(const std::string& path) {
  const std::string fresh = path + ".new";
  const auto address = socket_address(path);
  const auto fresh_address = socket_address(fresh);
  if (!fresh_address) return std::unexpected(fresh_address.error());
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  if (somebody_listens(*address))
    return fail(ErrorKind::unavailable,
                "somebody listens on " + path + " already; is another flywalld running?");
  ::unlink(fresh.c_str());
  Descriptor socket = new_unix_socket();
  const mode_t before = umask(0777);
  const int bound =
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&*fresh_address), sizeof *fresh_address);
  const int bind_error = errno;
  umask(before);
  if (bound != 0) return fail_errno("cannot make the socket " + fresh, bind_error);
  admit_group(fresh);
  struct stat status{};
  // The rename makes it appear complete: listening, with its owner and mode.
  if (listen(socket.get(), kBacklog) != 0 || chmod(fresh.c_str(), kSocketMode) != 0 ||
      ::stat(fresh.c_str(), &status) != 0 || std::rename(fresh.c_str(), path.c_str()) != 0)
    return fail_errno("cannot make the socket " + path, errno);
  return UnixListener(std::move(socket), path, status.st_ino);
}

UnixListener::~UnixListener() {
  struct stat status{};
  if (!path_.empty() && ::stat(path_.c_str(), &status) == 0 && status.st_ino == inode_)
    ::unlink(path_.c_str());
}

}  // namespace flywall::control
