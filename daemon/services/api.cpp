#include "daemon/services/api.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "daemon/control/answers.hpp"
#include "daemon/control/configuration.hpp"
#include "daemon/control/metrics.hpp"
#include "daemon/control/openapi.hpp"
#include "daemon/control/replication.hpp"
#include "daemon/log/log.hpp"
#include "daemon/services/configuration_file.hpp"

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

// The code in the body of an error, for the audit.
std::string code_of(const Answer& refusal) {
  constexpr std::string_view kBefore = "\"code\":\"";
  const std::size_t at = refusal.body.find(kBefore);
  if (at == std::string::npos) return std::to_string(refusal.status);
  const std::size_t begin = at + kBefore.size();
  return refusal.body.substr(begin, refusal.body.find('"', begin) - begin);
}

// What is made of the published state alone.
Answer answer_of(Operation operation, const control::View& view) {
  switch (operation) {
    case Operation::status:
      return control::status_answer(view);
    case Operation::cluster:
      return control::cluster_answer(view);
    case Operation::health:
      return control::health_answer(view);
    case Operation::metrics:
      return control::metrics_answer(view);
    case Operation::quorum:
      return control::quorum_answer(view);
    case Operation::replication_status:
      return control::replication_status_answer(view);
    case Operation::replication_stats:
      return control::replication_stats_answer(view);
    case Operation::replication_peers:
      return control::replication_peers_answer(view);
    case Operation::replication_lag:
      return control::replication_lag_answer(view);
    case Operation::history:
    case Operation::failover:
    case Operation::promote:
    case Operation::failback:
    case Operation::reset:
    case Operation::reload:
    case Operation::configuration:
    case Operation::openapi:
    case Operation::not_built:
      break;
  }
  return control::error_answer(404, "NOT_FOUND", "there is nothing at this path");
}

}  // namespace

// Asked for each request: a reload changes them.
control::Rules Api::rules() const {
  const config::Api& api = parts_.config.api;
  return {.listen_host = api.listen ? api.listen->host : std::string(), .token = api.token};
}

asio::awaitable<Answer> Api::answer(Request request, Caller caller) {
  const auto admitted = admit(request, caller);
  if (!admitted) co_return admitted.error();
  const auto& [route, target] = *admitted;
  if (route.access == control::Access::write) co_return co_await command(route, request, caller);
  co_return co_await read(route.operation, target);
}

std::expected<Api::Admitted, Answer> Api::admit(const Request& request, const Caller& caller) {
  const auto turn_away = [](Answer answer) { return std::unexpected(std::move(answer)); };
  const control::Rules now_valid = rules();
  if (const auto refused = control::may_ask(request, now_valid))
    return turn_away(refuse(*refused, "a request", caller));
  const std::optional<Target> target = control::parse_target(request.target);
  if (!target) return turn_away(control::error_answer(400, "BAD_REQUEST", "this is no path"));
  const control::Routing routing = control::route(request.method, target->path);
  if (const auto* others = std::get_if<control::OtherMethods>(&routing)) {
    Answer answer =
        control::error_answer(405, "METHOD_NOT_ALLOWED", "this path takes " + others->allow);
    answer.allow = others->allow;
    return turn_away(std::move(answer));
  }
  const auto* route = std::get_if<control::Route>(&routing);
  if (!route)
    return turn_away(control::error_answer(404, "NOT_FOUND", "there is nothing at this path"));
  if (route->access == control::Access::write)
    if (const auto refused = control::may_write(request, caller, now_valid))
      return turn_away(refuse(*refused, request.method + " " + std::string(route->path), caller));
  return Admitted{*route, *target};
}

asio::awaitable<Answer> Api::read(Operation operation, const Target& target) {
  if (operation == Operation::history) co_return co_await history(target);
  if (operation == Operation::configuration) co_return configuration();
  if (operation == Operation::openapi) co_return control::openapi_answer();
  if (operation == Operation::not_built) co_return control::not_built_answer(target.path);
  const auto snapshot = std::make_unique<processes::Snapshot>(parts_.snapshot.read());
  const control::View view{.config = parts_.config,
                           .snapshot = *snapshot,
                           .now = now(),
                           .warnings = parts_.warnings(),
                           .wall_ms = wall_clock_ms(),
                           .channel = parts_.channel(),
                           .script_failures = parts_.script_failures(),

                           .providers = parts_.providers()};
  co_return answer_of(operation, view);
}

asio::awaitable<Answer> Api::history(const Target& target) {
  const std::optional<std::size_t> limit = parse_limit(target);
  if (!limit) co_return control::error_answer(400, "BAD_REQUEST", "limit must be a number above 0");
  const auto kind = target.parameter("kind");
  const auto only = kind ? control::happening_named(*kind) : std::nullopt;
  if (kind && !only)
    co_return control::error_answer(400, "BAD_REQUEST",
                                    "there is no kind \"" + std::string(*kind) +
                                        "\"; kinds are the `event` of entries: transition, "
                                        "peer_silent, command, …");
  const auto entries = co_await parts_.records.latest(*limit, only);
  if (!entries)
    co_return control::error_answer(503, "UNAVAILABLE", "the disk with the history is too slow");
  co_return control::history_answer(*entries);
}

// An offer has transfer_timeout, what comes before it script_timeout, and who promotes a node that
// has just started waits for its listening too.
Duration Api::command_limit() const {
  const config::Ha& ha = parts_.config.replication.ha;
  const Duration script = ha.pre_failover_script.empty() ? Duration{} : ha.script_timeout;
  return kCommandLimit + ha.transfer_timeout + script + 3 * ha.detection_time();
}

asio::awaitable<Answer> Api::command(const control::Route& route, const Request& request,
                                     const Caller& caller) {
  const std::string what = request.method + " " + std::string(route.path);
  const auto undertaking = prepare(route, request);
  if (!undertaking) {
    using enum processes::Happening;
    const bool unusable = undertaking.error().status == control::kUnusable;
    record_refusal(what, caller, code_of(undertaking.error()), unusable ? reload_refused : command);
    co_return undertaking.error();
  }
  const auto answer =
      co_await parts_.commands.ask(undertaking->command, caller.name(), command_limit());
  if (!answer) {
    record_refusal(what, caller, "UNAVAILABLE");
    co_return control::error_answer(503, "UNAVAILABLE", "the failover process did not answer");
  }
  co_return undertaking->finish(*answer);
}

std::expected<Api::Undertaking, Answer> Api::prepare(const control::Route& route,
                                                     const Request& request) const {
  if (route.operation == Operation::not_built)
    return std::unexpected(control::not_built_answer(route.path));
  if (!parts_.config.replication.ha.enabled)
    return std::unexpected(
        control::error_answer(409, "WRONG_STATE", "high availability is not enabled here"));
  auto command = control::parse_command(route.operation, request.body);
  if (!command) return std::unexpected(command.error());
  if (route.operation == Operation::reload) return prepare_reload(*command);
  return Undertaking{*command, control::command_answer};
}

Answer Api::configuration() const {
  const auto running = running_configuration();
  if (!running) return control::error_answer(503, "UNAVAILABLE", running.error().message);
  return control::effective_answer(running->path, running->config, running->origins);
}

// A file that is not usable never reaches the failover process.
std::expected<Api::Undertaking, Answer> Api::prepare_reload(const control::Command& command) const {
  const auto running = running_configuration();
  if (!running)
    return std::unexpected(control::error_answer(503, "UNAVAILABLE", running.error().message));
  const auto file = std::make_shared<const FileCheck>(check_file(*running));
  if (!file->outcome.config) return std::unexpected(control::unusable_answer(file->outcome));
  return Undertaking{command, [file](const processes::message::CommandAnswer& answer) {
                       return answer.accepted
                                  ? control::reloaded_answer(file->changes, file->outcome, answer)
                                  : control::command_answer(answer);
                     }};
}

Answer Api::refuse(const control::Refused& refused, const std::string& what, const Caller& caller) {
  record_refusal(what, caller, refused.code);
  return control::error_answer(refused.status, refused.code, refused.message);
}

void Api::record_refusal(const std::string& what, const Caller& caller, const std::string& code,
                         processes::Happening happening) {
  if (!refusals_.allows(now())) return;
  log::warning("request_refused", {{"request", what}, {"by", caller.name()}, {"code", code}});
  processes::HistoryEntry entry;
  entry.wall_ms = wall_clock_ms();
  entry.at = now();
  entry.happening = happening;
  entry.detail = InlineText<120>::cut(what + " by " + caller.name() + " refused: " + code);
  parts_.records.note(entry);
}

}  // namespace flywall::services
