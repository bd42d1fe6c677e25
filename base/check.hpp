// The always-on check of what *we* promised. A broken invariant ends the process at once: the peer
// takes over and the addresses go by themselves, which is safer than a node that goes on with a
// state it does not understand. What the *world* does wrong is an Error (base/error.hpp), never a
// check.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace flywall {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "invariant broken: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace flywall

#define FLYWALL_CHECK(condition) \
  ((condition) ? void(0) : ::flywall::check_failed(#condition, __FILE__, __LINE__))
