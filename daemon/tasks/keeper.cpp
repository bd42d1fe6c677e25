#include "daemon/tasks/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "daemon/tasks/children.hpp"
#include "daemon/tasks/program_start.hpp"
#include "daemon/tasks/safe_path.hpp"

namespace flywall::tasks {

namespace {

constexpr int kFirstOfCommand = 5;
constexpr std::int64_t kLongestWaitMs = 60'000;

struct Limits {
  Duration limit{};
  Duration grace{};
};

std::optional<Duration> milliseconds(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 0) return std::nullopt;
  return std::chrono::milliseconds(count);
}

Told refusal(End end, const Error& error) {
  return {.end = end, .problem = InlineText<250>::cut(error.message)};
}

// Waits for one program and ends it when its time is over.
class Keeper {
 public:
  Keeper(pid_t program, const Limits& limits, int signals)
      : program_(program), limits_(limits), signals_(signals), started_(now()) {
    deadline_ = later(started_, limits.limit);
  }

  Told run() {
    while (!status_) {
      await_something();
      reap();
      if (!status_ && now() >= deadline_) insist();
    }
    return verdict();
  }

 private:
  void await_something() {
    pollfd ends[] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                     {.fd = nobody_waits_ ? -1 : kTellDescriptor, .events = 0, .revents = 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - now()).count();
    ::poll(ends, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongestWaitMs)));
    signalfd_siginfo ignored;
    while (::read(signals_, &ignored, sizeof ignored) > 0) continue;
    if ((ends[1].revents & (POLLHUP | POLLERR)) == 0) return;
    nobody_waits_ = true;
    deadline_ = now();
  }

  void reap() {
    int status = 0;
    for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == program_) status_ = status;
  }

  void insist() {
    ::kill(-program_, asked_ ? SIGKILL : SIGTERM);
    if (!asked_) cut_ = nobody_waits_ ? End::cancelled : End::too_long;
    asked_ = true;
    deadline_ = later(now(), limits_.grace);
  }

  Told verdict() {
    Told told{.took = now() - started_};
    ::kill(-program_, SIGKILL);
    const Killed rest = kill_children();
    told.left_behind = rest.count;
    told.unkillable = rest.alive;
    told.end = cut_.value_or(WIFEXITED(*status_) ? End::exited : End::signalled);
    told.value = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : WTERMSIG(*status_);
    return told;
  }

  pid_t program_;
  Limits limits_;
  int signals_;
  Time started_;
  Time deadline_;
  bool nobody_waits_ = false;
  bool asked_ = false;
  std::optional<End> cut_;
  std::optional<int> status_;
};

// The end of a child must not be missed between two looks: it is read from a descriptor.
Descriptor settle() {
  ::setsid();
  ::closefrom(kTellDescriptor + 1);
  ::fcntl(kTellDescriptor, F_SETFD, FD_CLOEXEC);
  prctl(PR_SET_NAME, kKeeperName);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const int ignored : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::signal(ignored, SIG_IGN);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  return Descriptor(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
}

Told keep_one(char** arguments) {
  const auto limit = milliseconds(arguments[2]);
  const auto grace = milliseconds(arguments[3]);
  if (!limit || !grace) return {.problem = InlineText<250>::cut("a time is no number")};
  const Descriptor signals = settle();
  const std::string user = arguments[4];
  char** command = arguments + kFirstOfCommand;
  if (auto safe = check_program(command[0]); !safe) return refusal(End::refused, safe.error());
  std::optional<Identity> identity;
  if (!user.empty()) {
    auto found = find_user(user);
    if (!found) return refusal(End::refused, found.error());
    identity = *found;
  }
  const auto program = start_program(command, identity);
  if (!program) return refusal(End::broken, program.error());
  // From here on the output ends when the last process of the task does.
  for (const int output : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(STDIN_FILENO, output);
  return Keeper(*program, {.limit = *limit, .grace = *grace}, signals.get()).run();
}

}  // namespace

bool is_keeper(int argc, char** argv) {
  return argc > kFirstOfCommand && std::string_view(argv[1]) == kTaskArgument;
}

int keep(int, char** argv) {
  const Told told = keep_one(argv);
  ::send(kTellDescriptor, &told, sizeof told, MSG_NOSIGNAL);
  return EXIT_SUCCESS;
}

}  // namespace flywall::tasks
