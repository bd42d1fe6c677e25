// The commands that change something: ask, wait for the outcome, say it.
#include <thread>

#include "base/clock.hpp"
#include "daemon/cli/actions.hpp"
#include "daemon/cli/asking.hpp"
#include "daemon/cli/leftovers.hpp"
#include "daemon/cli/lenient.hpp"
#include "daemon/control/words.hpp"

namespace flywall::cli {

namespace {

Reply order(const Settings& settings, const std::string& target, const Json& body, Duration limit) {
  return request(settings,
                 {.method = "POST", .target = target, .body = body.dump(), .limit = limit});
}

// Who is primary once the order is carried out, null until then.
using Outcome = Json (*)(const Json& status);

Json other_leads(const Json& status) {
  const Json leader = status.value("leader_id", Json());
  const bool other = leader.is_string() && leader != status.value("node_id", Json());
  return other && !status.value("is_leader", true) ? leader : Json();
}

Json this_leads(const Json& status) {
  return status.value("is_leader", false) ? status.value("node_id", Json()) : Json();
}

Json anybody_leads(const Json& status) {
  const Json leads = this_leads(status);
  return leads.is_string() && status.value("handover", Json()).is_null() ? leads
                                                                         : other_leads(status);
}

void print_leader(const Settings& settings, const Json& leader, const Json& status, Time begin) {
  const Duration took = now() - begin;
  const Json result{
      {"accepted", true},
      {"leader_id", leader},
      {"epoch", status.value("epoch", Json())},
      {"took_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}};
  print(settings, result, [took](const Json& body, const Style& style) {
    const Json& name = body["leader_id"];
    return style.strong(name.is_string() ? name.get<std::string>() : "nobody") +
           " is primary now (epoch " + body["epoch"].dump() + "); it took " +
           control::in_words(took) + "\n";
  });
}

void print_done(const Settings& settings, const Json& body, const std::string& sentence) {
  print(settings, body, [&](const Json& answer, const Style&) {
    const Json detail = answer.value("detail", Json());
    return sentence + (detail.is_string() ? ": " + detail.get<std::string>() : "") + "\n";
  });
}

int already(const Settings& settings, const Json& body) {
  print_done(settings, body, "nothing to do: " + text(body, "reason_text", ""));
  return kExitGood;
}

int await_leader(const Settings& settings, Time begin, Outcome outcome) {
  for (;;) {
    const Reply status = get(settings, "/api/ha/status");
    if (status.exit != kExitGood) return status.exit;
    if (const Json leader = outcome(status.body); leader.is_string()) {
      print_leader(settings, leader, status.body, begin);
      return kExitGood;
    }
    if (now() - begin > kFailoverLimit) {
      complain("the command was accepted, but the role did not move within " +
               control::in_words(kFailoverLimit) + "; see `flywall ha status`");
      return kExitTimedOut;
    }
    std::this_thread::sleep_for(kPollPause);
  }
}

}  // namespace

int fail_over(const Settings& settings, const FailoverWish& wish) {
  const Time begin = now();
  Json body = Json::object();
  if (!wish.to.empty()) body["to"] = wish.to;
  const Reply answer = order(settings, "/api/ha/failover", body, wish.limit);
  if (answer.exit != kExitGood) return answer.exit;
  if (answer.body.value("reason", "") == "already_primary") return already(settings, answer.body);
  return await_leader(settings, begin, other_leads);
}

int promote(const Settings& settings, const PromoteWish& wish) {
  if (wish.force &&
      !is_confirmed(settings,
                    "A promotion by force may leave two primaries, or one that cannot serve."))
    return kExitRefused;
  if (wish.unfenced &&
      !is_confirmed(settings,
                    "Unless the other node is off, a promotion without fencing may leave two "
                    "primaries."))
    return kExitRefused;
  const Time begin = now();
  Json body = Json::object();
  if (wish.force) body["force"] = true;
  if (wish.fenced || wish.unfenced) body["fenced"] = wish.fenced;
  const Reply answer = order(settings, "/api/ha/promote", body, wish.limit);
  if (answer.exit != kExitGood) return answer.exit;
  if (answer.body.value("reason", "") == "already_primary") return already(settings, answer.body);
  return await_leader(settings, begin, this_leads);
}

int reset(const Settings& settings, const ResetWish& wish) {
  const Question question{
      .method = "POST", .target = "/api/ha/reset", .body = "{}", .limit = wish.limit};
  if (!is_reachable(settings)) return sweep(settings, wish.file, wish.keep_fence);
  const Reply answer = request(settings, question);
  if (answer.exit != kExitGood) return answer.exit;
  print_done(settings, answer.body, "damping, refusals and waiting times are forgotten");
  return kExitGood;
}

int fail_back(const Settings& settings, const std::string& wish, Duration limit) {
  const Time begin = now();
  const Json body = wish == "now" ? Json{{"now", true}} : Json{{"enabled", wish == "on"}};
  const Reply answer = order(settings, "/api/ha/failback", body, limit);
  if (answer.exit != kExitGood) return answer.exit;
  if (wish != "now") {
    print_done(settings, answer.body, "failback is " + wish);
    return kExitGood;
  }
  return await_leader(settings, begin, anybody_leads);
}

}  // namespace flywall::cli
