#include "daemon/tasks/children.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "base/clock.hpp"

namespace flywall::tasks {

namespace {

constexpr Duration kKillLimit = 2s;
constexpr int kPauseMs = 1;

}  // namespace

std::vector<pid_t> children() {
  std::vector<pid_t> result;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) result.push_back(child);
  }
  return result;
}

// Each death hands the children of the dead to us, so that going round ends with the youngest.
Killed kill_children(const std::set<pid_t>& spared) {
  Killed killed;
  std::set<pid_t> counted;
  const Time deadline = later(now(), kKillLimit);
  while (true) {
    killed.alive = false;
    bool progress = false;
    for (const pid_t child : children()) {
      if (spared.contains(child)) continue;
      ::kill(child, SIGKILL);
      if (counted.insert(child).second) ++killed.count;
      if (::waitpid(child, nullptr, WNOHANG) == child)
        progress = true;
      else
        killed.alive = true;
    }
    if ((!killed.alive && !progress) || now() > deadline) return killed;
    if (!progress) ::poll(nullptr, 0, kPauseMs);
  }
}

}  // namespace flywall::tasks
