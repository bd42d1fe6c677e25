#include "daemon/tasks/program_start.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/descriptor.hpp"

namespace flywall::tasks {

namespace {

constexpr int kMostSignals = 64;

struct Refusal {
  int error = 0;
  char attempt[48] = {};
};

void back_to_normal_signals() {
  // The library's own call refuses the two that it uses itself, and somebody may have ignored them.
  const std::array<std::uint64_t, 4> standard{};
  for (int number = 1; number <= kMostSignals; ++number)
    ::syscall(SYS_rt_sigaction, number, standard.data(), nullptr, sizeof standard[0]);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The daemon may be dear to the kernel when memory runs out; a script is not.
void be_ordinary() {
  const sched_param lowest{};
  sched_setscheduler(0, SCHED_OTHER, &lowest);
  setpriority(PRIO_PROCESS, 0, 0);
  const Descriptor score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  [[maybe_unused]] const ssize_t written = ::write(score.get(), "0", 1);
}

const char* become(const Identity& identity) {
  if (initgroups(identity.name.c_str(), identity.group) != 0) return "take its user's groups";
  if (setresgid(identity.group, identity.group, identity.group) != 0) return "take its group";
  if (setresuid(identity.user, identity.user, identity.user) != 0) return "take its user";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "give up further rights";
  return nullptr;
}

// Returns only when something was refused.
const char* become_program(char** arguments, const std::optional<Identity>& identity, int report) {
  be_ordinary();
  if (::setsid() < 0) return "begin a session";
  ::umask(S_IWGRP | S_IWOTH);
  if (::chdir("/") != 0) return "go to /";
  if (identity)
    if (const char* refused = become(*identity)) return refused;
  // After the change of user: with threads (the thread sanitizer's own) the library tells them by
  // a signal.
  back_to_normal_signals();
  // After it too, because it would be taken back.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return "bind it to its keeper";
  if (::dup2(report, STDERR_FILENO + 1) < 0) return "keep a descriptor";
  ::fcntl(STDERR_FILENO + 1, F_SETFD, FD_CLOEXEC);
  ::closefrom(STDERR_FILENO + 2);
  ::execve(arguments[0], arguments, environ);
  return "execute it";
}

[[noreturn]] void run_child(char** arguments, const std::optional<Identity>& identity, int report) {
  const char* attempt = become_program(arguments, identity, report);
  Refusal refusal{.error = errno};
  for (std::size_t i = 0; attempt[i] != '\0' && i + 1 < sizeof refusal.attempt; ++i)
    refusal.attempt[i] = attempt[i];
  // By now the pipe may have moved to the first free descriptor; one of the two is it.
  for (const int end : {report, STDERR_FILENO + 1})
    if (::write(end, &refusal, sizeof refusal) == static_cast<ssize_t>(sizeof refusal)) break;
  _exit(EXIT_FAILURE);
}

}  // namespace

Result<Identity> find_user(const std::string& name) {
  errno = 0;
  const passwd* found = getpwnam(name.c_str());
  if (!found) return fail(ErrorKind::missing, "there is no user \"" + name + "\"");
  return Identity{.name = name, .user = found->pw_uid, .group = found->pw_gid};
}

Result<pid_t> start_program(char** arguments, const std::optional<Identity>& identity) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return fail_errno("cannot start a process", errno);
  if (child == 0) run_child(arguments, identity, writing.get());
  writing.reset();
  Refusal refusal;
  if (::read(reading.get(), &refusal, sizeof refusal) == static_cast<ssize_t>(sizeof refusal)) {
    ::waitpid(child, nullptr, 0);
    return fail_errno(std::string("cannot ") + refusal.attempt, refusal.error);
  }
  return child;
}

}  // namespace flywall::tasks
