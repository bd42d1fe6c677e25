// How a thread may run when the system permits: real-time scheduling, memory that stays resident.
// Composition only.
#pragma once

#include "base/error.hpp"

namespace flywall::failover {

// SCHED_FIFO priorities: above ordinary programs, below the kernel's own interrupt threads (50).
inline constexpr int kFailoverPriority = 45;
inline constexpr int kAddressPriority = 40;

// What `ps -L` and `top -H` call the calling thread; at most 15 bytes.
void name_thread(const char* name);

// The calling thread. False when not permitted (no CAP_SYS_NICE, no real-time bandwidth in this
// cgroup).
bool become_realtime(int priority);

// mlockall of what is touched, and the calling thread's stack touched. False when not permitted.
bool lock_memory();

// No core dumps: they hold keys, and they delay a death that the peer waits for.
void forbid_core_dumps();

}  // namespace flywall::failover
