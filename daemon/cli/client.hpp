// One HTTP request over the daemon's Unix socket, with a deadline for the whole of it.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace flywall::cli {

inline constexpr std::size_t kMaxResponse = 8 << 20;  // bytes
inline constexpr Duration kRequestLimit = 10s;

struct Response {
  unsigned status = 0;
  std::string body;
};

struct Question {
  std::string method;
  std::string target;
  std::string body = {};  // JSON, or empty
  Duration limit = kRequestLimit;
};

// Errors: missing, unavailable (nobody listens), denied, timed_out, invalid (no HTTP).
Result<Response> ask(const std::string& socket_path, const Question& question);

}  // namespace flywall::cli
