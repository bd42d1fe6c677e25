// A request and its answer as plain values, without socket and HTTP library.
//
// Knows what the API decides by: method, target, a few headers, body, and who is at the other end
// of the connection. Header names are not case sensitive; their values arrive as sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flywall::control {

enum class Transport : std::uint8_t { unix_socket, tcp };

// Who sends. `uid` is the owner of the socket at the other end as the kernel knows it (peer
// credentials, inet_diag); absent when the kernel does not say.
struct Caller {
  Transport transport = Transport::tcp;
  std::optional<std::uint32_t> uid;
  bool in_group = false;  // of group flywall

  // "uid 0", "somebody over TCP".
  std::string name() const;
};

struct Request {
  std::string method;
  std::string target;  // as sent: path and query
  std::optional<std::string> host;
  std::optional<std::string> origin;
  std::optional<std::string> fetch_site;  // Sec-Fetch-Site
  std::optional<std::string> content_type;
  std::optional<std::string> authorization;
  std::string body;
  bool http_1_0 = false;  // only these may come without Host
};

struct Answer {
  unsigned status = 200;
  std::string body;   // JSON
  std::string allow;  // of a 405
};

// {"error":{"code":…,"message":…}}
Answer error_answer(unsigned status, std::string_view code, std::string_view message);

// Path and query of a target, the query decoded.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;

  std::optional<std::string_view> parameter(std::string_view name) const;
};

inline constexpr std::size_t kMaxParameters = 16;

// Nothing for what is no origin-form target ("/path?name=value&…"), or has more parameters.
std::optional<Target> parse_target(std::string_view target);

}  // namespace flywall::control
