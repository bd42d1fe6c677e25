// What can go wrong in the world, as a value.
//
// The message says what was attempted, with names and values, and what to do: "cannot bind UDP
// 0.0.0.0:9002: address already in use; is another flywalld running?". Return an error or log it,
// never both.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace flywall {

enum class ErrorKind {
  invalid,      // the input is wrong: configuration, arguments, a message
  missing,      // a file, interface, name or peer is not there
  denied,       // permission
  unavailable,  // something may work later: unreachable, busy, no space
  timed_out,
  internal,  // the system refused what should work
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

// `attempt + ": " + text of errno value`; the kind follows from the value.
std::unexpected<Error> fail_errno(std::string attempt, int errno_value);

}  // namespace flywall
