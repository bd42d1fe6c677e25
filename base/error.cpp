#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace flywall {

namespace {

ErrorKind kind_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return ErrorKind::missing;
    case EACCES:
    case EPERM:
      return ErrorKind::denied;
    case EINVAL:
      return ErrorKind::invalid;
    case EAGAIN:
    case EBUSY:
    case ENOSPC:
    case ENOBUFS:
    case ECONNREFUSED:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRINUSE:
      return ErrorKind::unavailable;
    case ETIMEDOUT:
      return ErrorKind::timed_out;
    default:
      return ErrorKind::internal;
  }
}

}  // namespace

std::unexpected<Error> fail_errno(std::string attempt, int errno_value) {
  return fail(kind_of(errno_value), std::move(attempt) + ": " + std::strerror(errno_value));
}

}  // namespace flywall
