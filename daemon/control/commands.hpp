// Operators' commands: what a body asks for, and what the failover process' answer means.
//
//   POST /api/ha/failover   {} or {"to":"fw2"}
//   POST /api/ha/promote    {} or {"force":true}
//   POST /api/ha/failback   {"enabled":true}, {"enabled":false} or {"now":true}
//   POST /api/ha/reset      {}
//
// A body is a JSON object of at most kMaxDepth levels with these keys and no others: a misspelt
// "froce" must not become a promotion without force. Knows no socket and no process.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/control/request.hpp"
#include "daemon/control/routes.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::control {

inline constexpr std::size_t kMaxDepth = 8;  // of a JSON body

// As the failover process gets them; `request` and `by` are filled in by who sends them.
using Command =
    std::variant<processes::message::FailoverRequest, processes::message::PromoteRequest,
                 processes::message::FailbackRequest, processes::message::ResetRequest,
                 processes::message::ReloadRequest>;

// The command of a write route; else a 400 that says what is wrong.
std::expected<Command, Answer> parse_command(Operation operation, std::string_view body);

// 200 when it is done, 202 when it has begun; else the code that the command line turns into an
// exit code: WRONG_STATE, REFUSED, UNKNOWN_NODE, TIMEOUT, FAILED.
Answer command_answer(const processes::message::CommandAnswer& answer);

}  // namespace flywall::control
