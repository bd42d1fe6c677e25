// The keeper of one task: a small process between the services process and a script.
//
//   services process ──starts──▶ flywalld-task (keeper) ──starts──▶ script ──▶ whatever it starts
//
// It checks the program (safe_path.hpp), starts it in a session of its own, waits, and sees to it
// that nothing is left when it ends:
//
//   - its time limit, or the end of the services process (the socket closes): SIGTERM to the
//     script's process group, `grace` later SIGKILL;
//   - as soon as the script itself has ended: SIGKILL to everything that it left behind. Processes
//     that daemonise do not escape, because the keeper inherits them (children.hpp);
//   - if the keeper itself is killed, the script dies with it, and the services process inherits
//     and ends the rest (runner.hpp).
//
// A process of its own, because a program with threads must not run code of its own after a fork,
// and because the limit must hold while the services process hangs. It is the daemon's own image
// (/proc/self/exe), so an upgrade in the middle changes nothing.
//
//   arguments    flywalld-task --task LIMIT_MS GRACE_MS USER PROGRAM [ARGUMENT...]
//                (USER empty: as the daemon)
//   environment  exactly that of the script
//   descriptors  0 /dev/null, 1 and 2 the script's output, kTellDescriptor the socket
//   answers      one `Told`, before it ends
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/inline_text.hpp"
#include "daemon/tasks/ending.hpp"

namespace flywall::tasks {

inline constexpr const char* kTaskArgument = "--task";
inline constexpr const char* kKeeperName = "flywalld-task";
inline constexpr int kTellDescriptor = 3;

struct Told {
  End end = End::broken;
  bool unkillable = false;
  std::int32_t value = 0;
  std::uint32_t left_behind = 0;
  Duration took{};
  InlineText<250> problem;
};
static_assert(std::is_trivially_copyable_v<Told>);

// Whether this process was started as a keeper.
bool is_keeper(int argc, char** argv);
// `main` of the keeper: returns its exit status.
int keep(int argc, char** argv);

}  // namespace flywall::tasks
