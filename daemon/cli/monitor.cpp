// `flywall ha monitor` and `flywall ha check`: the status for eyes and for other programs.
#include <unistd.h>

#include <cstdio>

#include "base/clock.hpp"
#include "daemon/cli/actions.hpp"
#include "daemon/cli/asking.hpp"
#include "daemon/cli/check.hpp"
#include "daemon/cli/monitor_frame.hpp"
#include "daemon/cli/screen.hpp"

namespace flywall::cli {

namespace {

constexpr Duration kRefresh = 1s;
constexpr Duration kAskLimit = 2s;  // so long a key may wait for a daemon that hangs
constexpr int kExitTerminated = 128 + SIGTERM;
constexpr ScreenSize kPaper{.columns = 200, .rows = 60};  // for an output that is no terminal

Result<Json> read_json(const Settings& settings, const std::string& target) {
  const auto response =
      ask(settings.socket, {.method = "GET", .target = target, .limit = kAskLimit});
  if (!response) return std::unexpected(response.error());
  Json body = Json::parse(response->body, nullptr, false);
  if (response->status != 200 || !body.is_object())
    return fail(ErrorKind::invalid, "flywalld answered " + std::to_string(response->status));
  return body;
}

// What was known before stays on the screen, with the trouble beside it.
void refresh(const Settings& settings, MonitorView& view) {
  view.wall_ms = wall_clock_ms();
  view.trouble.clear();
  auto status = read_json(settings, "/api/ha/status");
  auto history = status ? read_json(settings, "/api/ha/history?limit=50") : status;
  if (status) view.status = std::move(*status);
  if (history)
    view.history = std::move(*history);
  else
    view.trouble = history.error().message;
}

int print_once(const Settings& settings) {
  MonitorView view;
  refresh(settings, view);
  if (view.status.empty()) {
    complain(view.trouble);
    return kExitUnreachable;
  }
  const Style style(wants_color(settings, STDOUT_FILENO));
  auto lines = monitor_frame(view, kPaper, style);
  lines.pop_back();  // nobody can press a key
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (const std::string& line : lines) std::printf("%s\n", line.c_str());
  return kExitGood;
}

}  // namespace

int show_monitor(const Settings& settings) {
  auto screen = Screen::open();
  if (!screen) return print_once(settings);
  const Style style(wants_color(settings, STDOUT_FILENO));
  const Duration pause = settings.watch.value_or(kRefresh);
  MonitorView view;
  refresh(settings, view);
  Time due = later(now(), pause);
  for (;;) {
    screen->show(monitor_frame(view, screen->size(), style));
    switch (screen->wait(due - now())) {
      case Screen::Event::time:
        refresh(settings, view);
        due = later(now(), pause);
        break;
      case Screen::Event::resized:
        break;
      case Screen::Event::leave:
        return kExitGood;
      case Screen::Event::terminated:
        return kExitTerminated;
    }
  }
}

int check(const Settings& settings) {
  const auto status = read_json(settings, "/api/ha/status");
  const CheckResult result =
      status ? check_status(*status) : check_unreachable(status.error().message);
  std::printf("%s\n", result.line.c_str());
  return result.exit;
}

}  // namespace flywall::cli
