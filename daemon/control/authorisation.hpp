// Who may ask and who may change state (CONTRACT section 3): pure decisions.
//
//   every request   Host must name this machine (a foreign name is DNS rebinding); an Origin must
//                   be that very host; Sec-Fetch-Site must be none or same-origin
//   a write         the caller is root or in group flywall, by the owner of its socket, or shows
//                   the token; a body, if any, is application/json
//
// Knows no socket: Caller arrives with what the kernel said. A Caller without uid has no rights but
// the token's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "daemon/config/secret.hpp"
#include "daemon/control/request.hpp"

namespace flywall::control {

struct Refused {
  unsigned status = 403;
  std::string code;
  std::string message;
};

struct Rules {
  std::string listen_host;              // of api.listen, may be empty
  std::optional<config::Secret> token;  // of api.token_file
};

// Nothing when a request may be answered at all.
std::optional<Refused> may_ask(const Request& request, const Rules& rules);
// Nothing when `caller` may change state with it.
std::optional<Refused> may_write(const Request& request, const Caller& caller, const Rules& rules);

// True when `host`, the part of a Host header before the port, means this machine: localhost, a
// loopback address, or `listen_host`.
bool is_own_host(std::string_view host, std::string_view listen_host);

}  // namespace flywall::control
