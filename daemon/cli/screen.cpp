#include "daemon/cli/screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/clock.hpp"

namespace flywall::cli {

namespace {

constexpr std::string_view kEnter = "\033[?1049h\033[?25l\033[H\033[2J";
constexpr std::string_view kLeave = "\033[?25h\033[?1049l";

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(STDOUT_FILENO, text.data(), text.size());
    if (size < 0 && errno != EINTR) return;
    if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
  }
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int one : {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&set, one);
  return set;
}

// Line editing, echo and suspending off; Ctrl-C stays a signal.
termios quiet(termios settings) {
  settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  settings.c_cc[VMIN] = 0;
  settings.c_cc[VTIME] = 0;
  settings.c_cc[VSUSP] = _POSIX_VDISABLE;
  return settings;
}

}  // namespace

Result<Screen> Screen::open() {
  termios before{};
  if (isatty(STDOUT_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before) != 0)
    return fail(ErrorKind::unavailable, "standard input and output are no terminal");
  const sigset_t set = watched_signals();
  Descriptor signals(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return fail_errno("cannot watch signals", errno);
  sigset_t mask;
  sigprocmask(SIG_BLOCK, &set, &mask);
  return Screen(before, mask, std::move(signals));
}

Screen::Screen(const termios& before, const sigset_t& mask, Descriptor signals)
    : before_(before), mask_(mask), signals_(std::move(signals)) {
  const termios settings = quiet(before_);
  tcsetattr(STDIN_FILENO, TCSANOW, &settings);
  write_all(kEnter);
}

Screen::Screen(Screen&& other) noexcept
    : before_(other.before_), mask_(other.mask_), signals_(std::move(other.signals_)) {}

// The mask comes last: a signal that waits must find the terminal restored.
Screen::~Screen() {
  if (!signals_) return;
  write_all(kLeave);
  tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  while (read_signal() != Event::time) {
  }
  sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

ScreenSize Screen::size() const {
  winsize window{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0)
    return {};
  return {.columns = window.ws_col, .rows = window.ws_row};
}

void Screen::show(const std::vector<std::string>& lines) const {
  std::string text = "\033[H";
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += lines[i] + "\033[K" + (i + 1 < lines.size() ? "\r\n" : "");
  write_all(text + "\033[J");
}

Screen::Event Screen::read_signal() const {
  signalfd_siginfo signal{};
  if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) return Event::time;
  if (signal.ssi_signo == SIGWINCH) return Event::resized;
  return signal.ssi_signo == SIGINT ? Event::leave : Event::terminated;
}

Screen::Event Screen::wait(Duration duration) const {
  const Time deadline = later(now(), duration);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    if (left <= 0) return Event::time;
    std::array<pollfd, 2> sources{{{signals_.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    poll(sources.data(), sources.size(), static_cast<int>(left));
    if (const Event event = read_signal(); event != Event::time) return event;
    char key = 0;
    if (sources[1].revents == 0) continue;
    const ssize_t size = ::read(STDIN_FILENO, &key, 1);
    if (size > 0 && (key == 'q' || key == 'Q')) return Event::leave;
    if (size <= 0) return Event::terminated;  // the terminal is gone
  }
}

}  // namespace flywall::cli
