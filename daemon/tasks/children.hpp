// The children of this process, whoever made them: a process that asked for it
// (PR_SET_CHILD_SUBREAPER) inherits every descendant whose parent has ended, daemonised ones too.
#pragma once

#include <sys/types.h>

#include <set>
#include <vector>

namespace flywall::tasks {

// By /proc/self/task/*/children; empty where the kernel does not tell.
std::vector<pid_t> children();

// Kills and reaps every child but `spared`, and what their deaths bring to light. Answers how many
// were killed; `alive` says whether one is left after `kKillLimit`.
struct Killed {
  unsigned count = 0;
  bool alive = false;
};
Killed kill_children(const std::set<pid_t>& spared = {});

}  // namespace flywall::tasks
