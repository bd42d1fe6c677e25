#include "daemon/cli/asking.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "daemon/cli/render.hpp"

namespace flywall::cli {

namespace {

int exit_of(const std::string& code) {
  if (code == "NOT_PERMITTED") return kExitNotPermitted;
  if (code == "REFUSED") return kExitRefused;
  if (code == "WRONG_STATE" || code == "NOT_LEADER" || code == "NOT_BUILT") return kExitWrongState;
  if (code == "TIMEOUT") return kExitTimedOut;
  if (code == "CONFIGURATION") return kExitConfiguration;
  if (code == "UNKNOWN_NODE" || code == "BAD_REQUEST") return kExitUsage;
  return kExitFailed;
}

}  // namespace

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

void complain(const std::string& message) {
  std::fprintf(stderr, "flywall: %s\n", message.c_str());
}

bool wants_color(const Settings& settings, int fd) {
  if (settings.color != Color::automatic) return settings.color == Color::always;
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(fd) == 1 && (!no_color || *no_color == '\0');
}

Reply request(const Settings& settings, const Question& question) {
  const Result<Response> response = ask(settings.socket, question);
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
  if (const std::string rendered = error.value("rendered", std::string()); !rendered.empty())
    std::fputs(rendered.c_str(), stderr);
  complain(error.value("message", "flywalld answered " + std::to_string(response->status)));
  reply.exit = exit_of(error.value("code", std::string()));
  return reply;
}

bool is_reachable(const Settings& settings) {
  const auto response = ask(settings.socket, {.method = "GET", .target = "/healthz"});
  return response || exit_of(response.error()) != kExitUnreachable;
}

void print(const Settings& settings, const Json& body, const Render& render) {
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

bool is_confirmed(const Settings& settings, const std::string& question) {
  if (settings.yes) return true;
  if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
    complain(question + " Nobody is at the terminal: say --yes.");
    return false;
  }
  std::fprintf(stderr, "%s [y/N] ", question.c_str());
  std::array<char, 16> answer{};
  return std::fgets(answer.data(), answer.size(), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int watched(const Settings& settings, const std::function<int()>& show) {
  if (!settings.watch) return show();
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  for (;;) {
    if (terminal) std::fputs("\033[H\033[2J", stdout);
    show();
    if (std::fflush(stdout) != 0) return kExitFailed;
    std::this_thread::sleep_for(*settings.watch);
  }
}

}  // namespace flywall::cli
