// One HTTP request to a lock provider and its answer, within a time limit: connects, asks, reads,
// closes. In clear; nothing larger than kMaxHttpAnswer is believed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace flywall::witness {

inline constexpr std::size_t kMaxHttpAnswer = 64 * 1024;

struct HttpQuestion {
  std::string host;
  std::uint16_t port = 80;
  std::string method;  // "GET", "PUT", "POST"
  std::string target;  // "/v1/kv/flywall?cas=3", escaped
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

// Errors: unavailable, timed_out, invalid (no HTTP, too large). The message names no header.
Result<HttpAnswer> ask_http(const HttpQuestion& question, Duration limit);

// A key in a path or query: everything but letters, digits and "-._~/" as %XX.
std::string escaped(std::string_view text);

}  // namespace flywall::witness
