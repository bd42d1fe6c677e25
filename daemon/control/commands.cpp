#include "daemon/control/commands.hpp"

#include <algorithm>
#include <array>

#include "daemon/control/json_answer.hpp"

namespace flywall::control {

namespace {

using heartbeat::Reason;
using Wish = heartbeat::event::FailbackRequested::Wish;
namespace message = processes::message;

std::unexpected<Answer> bad(const std::string& sentence) {
  return std::unexpected(error_answer(400, "BAD_REQUEST", sentence));
}

// Brackets outside of texts; what is no JSON at all is the parser's to refuse.
bool is_deeper_than(std::string_view body, std::size_t limit) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if ((c == '{' || c == '[') && ++depth > limit) return true;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return false;
}

std::expected<Json, Answer> parse_object(std::string_view body) {
  if (body.empty()) return Json::object();
  if (is_deeper_than(body, kMaxDepth)) return bad("the body is nested too deeply");
  Json parsed = Json::parse(body, nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object()) return bad("the body is not a JSON object");
  return parsed;
}

using Keys = std::initializer_list<std::string_view>;

std::expected<Json, Answer> parse_object(std::string_view body, Keys known) {
  auto object = parse_object(body);
  if (!object) return object;
  std::string list;
  for (const std::string_view key : known) list += (list.empty() ? "" : ", ") + std::string(key);
  for (const auto& item : object->items())
    if (std::ranges::find(known, item.key()) == known.end())
      return bad("unknown parameter \"" + item.key() + "\"; " +
                 (list.empty() ? std::string("this command takes none") : "known are: " + list));
  return object;
}

std::expected<bool, Answer> flag(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return false;
  if (!found->is_boolean()) return bad("\"" + std::string(key) + "\" must be true or false");
  return found->get<bool>();
}

std::expected<Command, Answer> parse_failover(std::string_view body) {
  const auto object = parse_object(body, {"to"});
  if (!object) return std::unexpected(object.error());
  const auto to = object->find("to");
  if (to == object->end() || to->is_null()) return message::FailoverRequest{};
  const std::string name = to->is_string() ? to->get<std::string>() : std::string();
  if (name.empty() || name.size() > NodeId::kMaxLength)
    return bad("\"to\" must be a node id of 1 to 63 bytes");
  return message::FailoverRequest{.request = 0, .by = {}, .to = NodeId(name)};
}

std::expected<Command, Answer> parse_promote(std::string_view body) {
  using Fencing = message::PromoteRequest::Fencing;
  const auto object = parse_object(body, {"force", "fenced"});
  if (!object) return std::unexpected(object.error());
  const auto force = flag(*object, "force");
  const auto fenced = flag(*object, "fenced");
  if (!force) return std::unexpected(force.error());
  if (!fenced) return std::unexpected(fenced.error());
  const Fencing asked = *fenced ? Fencing::always : Fencing::never;
  return message::PromoteRequest{
      .request = 0,
      .by = {},
      .force = *force,
      .fencing = object->contains("fenced") ? asked : Fencing::configured};
}

std::expected<Command, Answer> parse_failback(std::string_view body) {
  const auto object = parse_object(body, {"enabled", "now"});
  if (!object) return std::unexpected(object.error());
  const auto now = flag(*object, "now");
  const auto enabled = flag(*object, "enabled");
  if (!now) return std::unexpected(now.error());
  if (!enabled) return std::unexpected(enabled.error());
  if (object->contains("enabled") == *now)
    return bad(R"(say either {"enabled":true}, {"enabled":false} or {"now":true})");
  const Wish wish = *now ? Wish::now : *enabled ? Wish::on : Wish::off;
  return message::FailbackRequest{.request = 0, .by = {}, .wish = wish};
}

template <class Message>
std::expected<Command, Answer> parse_plain(std::string_view body) {
  const auto object = parse_object(body, {});
  if (!object) return std::unexpected(object.error());
  return Message{};
}

struct Meaning {
  unsigned status;
  const char* code;
};

constexpr std::array kWrongState{
    Reason::not_primary, Reason::no_primary, Reason::already_primary,   Reason::handover_under_way,
    Reason::stopping,    Reason::started,    Reason::failback_disabled, Reason::not_preferred};
constexpr std::array kTooLate{Reason::transfer_timeout, Reason::addresses_not_quieted};

Meaning meaning_of(Reason reason) {
  if (std::ranges::find(kWrongState, reason) != kWrongState.end()) return {409, "WRONG_STATE"};
  if (std::ranges::find(kTooLate, reason) != kTooLate.end()) return {504, "TIMEOUT"};
  if (reason == Reason::unknown_node) return {404, "UNKNOWN_NODE"};
  if (reason == Reason::not_prepared || reason == Reason::addresses_refused) return {500, "FAILED"};
  return {409, "REFUSED"};
}

std::string refusal_text(const message::CommandAnswer& answer) {
  std::string text = answer.reason == Reason::not_primary
                         ? "this node is not primary; ask the primary, or promote this node"
                         : std::string(heartbeat::sentence_of(answer.reason));
  if (answer.detail.empty()) return text;
  return answer.reason == Reason::none ? answer.detail.str() : text + ": " + answer.detail.str();
}

}  // namespace

std::expected<Command, Answer> parse_command(Operation operation, std::string_view body) {
  if (operation == Operation::failover) return parse_failover(body);
  if (operation == Operation::promote) return parse_promote(body);
  if (operation == Operation::failback) return parse_failback(body);
  if (operation == Operation::reset) return parse_plain<message::ResetRequest>(body);
  return parse_plain<message::ReloadRequest>(body);
}

Answer command_answer(const message::CommandAnswer& answer) {
  if (!answer.accepted) {
    const Meaning meaning = meaning_of(answer.reason);
    return error_answer(meaning.status, meaning.code, refusal_text(answer));
  }
  // A primary that resigns does not know who takes over, or when.
  const bool begun = answer.reason == Reason::operator_request;
  const Json body{
      {"accepted", true},
      {"done", !begun},
      {"reason", heartbeat::name_of(answer.reason)},
      {"reason_text",
       answer.reason == Reason::none ? Json(nullptr) : Json(heartbeat::sentence_of(answer.reason))},
      {"detail", answer.detail.empty() ? Json(nullptr) : Json(answer.detail.view())}};
  return {.status = begun ? 202U : 200U,
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .allow = {}};
}

}  // namespace flywall::control
