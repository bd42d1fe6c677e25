// What a stranger sends to the API, behind the HTTP parser: targets, Host, Origin, tokens, bodies.
// Input: lines of a request, as `to_request` reads them below.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/check.hpp"
#include "daemon/control/answers.hpp"
#include "daemon/control/authorisation.hpp"
#include "daemon/control/commands.hpp"
#include "daemon/control/routes.hpp"

namespace {

using namespace flywall;
using namespace flywall::control;

std::string take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return std::string(line);
}

Request to_request(std::string_view input) {
  Request request;
  request.method = take_line(input);
  request.target = take_line(input);
  request.host = take_line(input);
  request.origin = take_line(input);
  request.content_type = take_line(input);
  request.authorization = take_line(input);
  request.body = std::string(input);
  return request;
}

void must_be_json(const Answer& answer) { FLYWALL_CHECK(nlohmann::json::accept(answer.body)); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Request request = to_request({reinterpret_cast<const char*>(bytes), size});
  const Rules rules{.listen_host = "127.0.0.1", .token = config::Secret("token")};
  if (const auto refused = may_ask(request, rules))
    must_be_json(error_answer(refused->status, refused->code, refused->message));
  const Caller stranger{.transport = Transport::tcp, .uid = 1000};
  const bool has_token = request.authorization && request.authorization->ends_with("token");
  const auto refused = may_write(request, stranger, rules);
  FLYWALL_CHECK(refused || has_token);
  if (const auto target = parse_target(request.target)) {
    FLYWALL_CHECK(target->path.starts_with('/') && target->query.size() <= kMaxParameters);
    route(request.method, target->path);
  }
  for (const Operation operation : {Operation::failover, Operation::promote, Operation::failback,
                                    Operation::reset, Operation::reload})
    if (const auto command = parse_command(operation, request.body); !command)
      must_be_json(command.error());
  must_be_json(error_answer(400, "BAD_REQUEST", request.target));
  return 0;
}
