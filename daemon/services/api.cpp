#include "daemon/services/api.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "daemon/control/answers.hpp"
#include "daemon/log/log.hpp"

namespace flywall::services {

namespace asio = boost::asio;
using control::Answer;
using control::Caller;
using control::Operation;
using control::Request;
using control::Target;

namespace {

std::optional<std::size_t> parse_limit(const Target& target) {
  const auto text = target.parameter("limit");
  if (!text) return kHistoryDefault;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size() || limit == 0) return std::nullopt;
  return std::min(limit, kHistoryMost);
}

}  // namespace

Api::Api(const Parts& parts) : parts_(parts) {
  if (parts_.config.api.listen) rules_.listen_host = parts_.config.api.listen->host;
  rules_.token = parts_.config.api.token;
}

asio::awaitable<Answer> Api::answer(Request request, Caller caller) {
  if (const auto refused = control::may_ask(request, rules_))
    co_return refuse(*refused, "a request", caller);
  const std::optional<Target> target = control::parse_target(request.target);
  if (!target) co_return control::error_answer(400, "BAD_REQUEST", "this is no path");
  const control::Routing routing = control::route(request.method, target->path);
  if (const auto* others = std::get_if<control::OtherMethods>(&routing)) {
    Answer answer =
        control::error_answer(405, "METHOD_NOT_ALLOWED", "this path takes " + others->allow);
    answer.allow = others->allow;
    co_return answer;
  }
  const auto* route = std::get_if<control::Route>(&routing);
  if (!route) co_return control::error_answer(404, "NOT_FOUND", "there is nothing at this path");
  if (route->access == control::Access::write)
    if (const auto refused = control::may_write(request, caller, rules_))
      co_return refuse(*refused, request.method + " " + std::string(route->path), caller);
  co_return co_await perform(route->operation, *target, request, caller);
}

asio::awaitable<Answer> Api::perform(Operation operation, const Target& target,
                                     const Request& request, const Caller& caller) {
  if (operation == Operation::history) co_return co_await history(target);
  if (operation == Operation::failover) co_return co_await failover(request, caller);
  const auto snapshot = std::make_unique<processes::Snapshot>(parts_.snapshot.read());
  const control::View view{
      .config = parts_.config, .snapshot = *snapshot, .now = now(), .warnings = parts_.warnings()};
  switch (operation) {
    case Operation::status:
      co_return control::status_answer(view);
    case Operation::cluster:
      co_return control::cluster_answer(view);
    case Operation::health:
      co_return control::health_answer(view);
    case Operation::history:
    case Operation::failover:
      break;
  }
  co_return control::error_answer(404, "NOT_FOUND", "there is nothing at this path");
}

asio::awaitable<Answer> Api::history(const Target& target) {
  const std::optional<std::size_t> limit = parse_limit(target);
  if (!limit) co_return control::error_answer(400, "BAD_REQUEST", "limit must be a number above 0");
  const auto entries = co_await parts_.records.latest(*limit);
  if (!entries)
    co_return control::error_answer(503, "UNAVAILABLE", "the disk with the history is too slow");
  co_return control::history_answer(*entries);
}

asio::awaitable<Answer> Api::failover(const Request& request, const Caller& caller) {
  if (auto refused = control::refuse_parameters(request.body)) co_return std::move(*refused);
  if (!parts_.config.replication.ha.enabled)
    co_return control::error_answer(409, "WRONG_STATE", "high availability is not enabled here");
  const std::string by = caller.name();
  log::info("failover_requested", {{"by", by}});
  const auto answer = co_await parts_.commands.failover(by);
  if (!answer)
    co_return control::error_answer(503, "UNAVAILABLE", "the failover process did not answer");
  co_return control::failover_answer(*answer);
}

Answer Api::refuse(const control::Refused& refused, const std::string& what, const Caller& caller) {
  if (refusals_.allows(now())) {
    log::warning("request_refused",
                 {{"request", what}, {"by", caller.name()}, {"code", refused.code}});
    processes::HistoryEntry entry;
    entry.wall_ms = wall_clock_ms();
    entry.at = now();
    entry.happening = processes::Happening::command;
    entry.detail =
        InlineText<120>::cut(what + " by " + caller.name() + " refused: " + refused.code);
    parts_.records.note(entry);
  }
  return control::error_answer(refused.status, refused.code, refused.message);
}

}  // namespace flywall::services
