// Listening sockets: the Unix socket of the API and TCP ports.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/address.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace flywall::control {

inline constexpr int kBacklog = 64;

// Non-blocking, close-on-exec. IPv6 sockets take IPv6 only. Errors: unavailable (address in use or
// not there yet: try again), denied.
Result<Descriptor> listen_tcp(const Endpoint& at);

// A Unix socket at a path, for root and group flywall (mode 0660). What a dead process left at that
// path is replaced; a living one is an error. The path is removed with the object, unless somebody
// else's socket is there by then.
class UnixListener {
 public:
  // Makes the directory when it is missing. Errors: invalid (the path is too long), unavailable
  // (somebody listens there), denied.
  static Result<UnixListener> create(const std::string& path);
  UnixListener(UnixListener&& other) noexcept = default;
  UnixListener& operator=(UnixListener&&) = delete;
  ~UnixListener();

  // Hands the socket over.
  Descriptor take() { return std::move(socket_); }

 private:
  UnixListener(Descriptor socket, std::string path, ino_t inode)
      : socket_(std::move(socket)), path_(std::move(path)), inode_(inode) {}

  Descriptor socket_;
  std::string path_;
  ino_t inode_;
};

}  // namespace flywall::control
