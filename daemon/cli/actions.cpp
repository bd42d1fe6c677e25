#include "daemon/cli/actions.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.hpp"
#include "daemon/cli/client.hpp"
#include "daemon/cli/render.hpp"
#include "daemon/config/load.hpp"
#include "daemon/control/words.hpp"

namespace flywall::cli {

namespace {

using Json = nlohmann::ordered_json;

// Either what the daemon answered, or the exit code after the message was printed.
struct Reply {
  Json body;
  int exit = kExitGood;
};

void complain(const std::string& message) {
  std::fprintf(stderr, "flywall: %s\n", message.c_str());
}

bool wants_color(const Settings& settings, int fd) {
  if (settings.color != Color::automatic) return settings.color == Color::always;
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(fd) == 1 && (!no_color || *no_color == '\0');
}

int exit_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::denied:
      return kExitNotPermitted;
    case ErrorKind::timed_out:
      return kExitTimedOut;
    case ErrorKind::invalid:
    case ErrorKind::internal:
      return kExitFailed;
    case ErrorKind::missing:
    case ErrorKind::unavailable:
      return kExitUnreachable;
  }
  return kExitFailed;
}

int exit_of(const std::string& code) {
  if (code == "NOT_PERMITTED") return kExitNotPermitted;
  if (code == "REFUSED") return kExitRefused;
  if (code == "WRONG_STATE" || code == "NOT_LEADER") return kExitWrongState;
  if (code == "TIMEOUT") return kExitTimedOut;
  return kExitFailed;
}

Reply request(const Settings& settings, const std::string& method, const std::string& target) {
  const Result<Response> response = ask(settings.socket, method, target);
  if (!response) {
    complain(response.error().message);
    return {.body = {}, .exit = exit_of(response.error())};
  }
  Reply reply{.body = Json::parse(response->body, nullptr, false)};
  if (reply.body.is_discarded() || !reply.body.is_object()) {
    complain("flywalld answered " + std::to_string(response->status) + " without JSON");
    return {.body = {}, .exit = kExitFailed};
  }
  if (response->status < 400) return reply;
  const Json error = reply.body.value("error", Json::object());
  complain(error.value("message", "flywalld answered " + std::to_string(response->status)));
  reply.exit = exit_of(error.value("code", std::string()));
  return reply;
}

template <class Render>
void print(const Settings& settings, const Json& body, Render render) {
  std::string text;
  switch (settings.format) {
    case Format::table:
      text = render(body, Style(wants_color(settings, STDOUT_FILENO)));
      break;
    case Format::json:
      text = body.dump(2) + "\n";
      break;
    case Format::yaml:
      text = to_yaml(body);
      break;
  }
  std::fputs(text.c_str(), stdout);
}

// The other node's id once it is primary, null until then.
Json successor(const Json& status) {
  const Json leader = status.value("leader_id", Json());
  const bool other = leader.is_string() && leader != status.value("node_id", Json());
  return other && !status.value("is_leader", true) ? leader : Json();
}

}  // namespace

int show_status(const Settings& settings) {
  const Reply reply = request(settings, "GET", "/api/ha/status");
  if (reply.exit == kExitGood) print(settings, reply.body, render_status);
  return reply.exit;
}

int show_cluster(const Settings& settings) {
  const Reply reply = request(settings, "GET", "/api/ha/cluster");
  if (reply.exit != kExitGood) return reply.exit;
  print(settings, reply.body, render_cluster);
  return reply.body.value("primaries", 0) == 1 ? kExitGood : kExitWrongState;
}

int show_history(const Settings& settings, unsigned limit) {
  const Reply reply = request(settings, "GET", "/api/ha/history?limit=" + std::to_string(limit));
  if (reply.exit != kExitGood) return reply.exit;
  print(settings, reply.body, [](const Json& body, const Style& style) {
    return render_history(body, wall_clock_ms(), style);
  });
  return kExitGood;
}

int fail_over(const Settings& settings) {
  const Time begin = now();
  const Reply accepted = request(settings, "POST", "/api/ha/failover");
  if (accepted.exit != kExitGood) return accepted.exit;
  for (;;) {
    const Reply status = request(settings, "GET", "/api/ha/status");
    if (status.exit != kExitGood) return status.exit;
    const Duration took = now() - begin;
    if (const Json leader = successor(status.body); leader.is_string()) {
      const Json result{
          {"accepted", true},
          {"leader_id", leader},
          {"epoch", status.body.value("epoch", Json())},
          {"took_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}};
      print(settings, result, [took](const Json& body, const Style& style) {
        return style.strong(body["leader_id"].get<std::string>()) + " is primary now (epoch " +
               body["epoch"].dump() + "); it took " + control::in_words(took) + "\n";
      });
      return kExitGood;
    }
    if (took > kFailoverLimit) {
      complain("the failover was accepted, but no other node became primary within " +
               control::in_words(kFailoverLimit) + "; see `flywall ha status`");
      return kExitTimedOut;
    }
    std::this_thread::sleep_for(kPollPause);
  }
}

int check_config(const Settings& settings, const std::string& file) {
  const config::Outcome outcome = config::load(file, config::Environment::of_process());
  std::fputs(outcome.render_all(wants_color(settings, STDERR_FILENO)).c_str(), stderr);
  std::size_t warnings = 0;
  for (const config::Diagnostic& diagnostic : outcome.diagnostics)
    if (diagnostic.severity == config::Severity::warning) ++warnings;
  const Json result{{"file", file},
                    {"good", outcome.config.has_value()},
                    {"errors", outcome.diagnostics.size() - warnings},
                    {"warnings", warnings}};
  print(settings, result, [](const Json& body, const Style& style) {
    return body["file"].get<std::string>() + ": " +
           (body["good"].get<bool>() ? style.good("good") : style.bad("not usable")) + ", " +
           body["errors"].dump() + " errors, " + body["warnings"].dump() + " warnings\n";
  });
  return outcome.config ? kExitGood : kExitConfiguration;
}

}  // namespace flywall::cli
