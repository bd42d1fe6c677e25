#include "daemon/failover/privileges.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstddef>

namespace flywall::failover {

namespace {

constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kStackPages = 32;

[[gnu::noinline]] void touch_stack() {
  volatile char room[kPageSize * kStackPages];
  for (std::size_t i = 0; i < sizeof room; i += kPageSize) room[i] = 0;
}

}  // namespace

void name_thread(const char* name) { ::prctl(PR_SET_NAME, name, 0, 0, 0); }

bool become_realtime(int priority) {
  sched_param parameters{};
  parameters.sched_priority = priority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

bool lock_memory() {
  touch_stack();
  return ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace flywall::failover
