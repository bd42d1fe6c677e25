// What all probes share: monotonic nanoseconds, the real-time scheduler when it is permitted, and
// "until a signal or a deadline" loops. Knows no protocol.
#pragma once

#include <sched.h>
#include <signal.h>
#include <time.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace flywall::probe {

using Nanoseconds = std::int64_t;
constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kSecond = 1'000 * kMillisecond;

inline Nanoseconds clock_now(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return t.tv_sec * kSecond + t.tv_nsec;
}
inline Nanoseconds now() { return clock_now(CLOCK_MONOTONIC); }

inline double milliseconds(Nanoseconds t) { return static_cast<double>(t) / kMillisecond; }

// The same instant as milliseconds of Unix time, to lay beside a daemon's history.
inline double unix_milliseconds(Nanoseconds monotonic) {
  return milliseconds(clock_now(CLOCK_REALTIME) - now() + monotonic);
}

inline void sleep_until(Nanoseconds t) {
  const timespec at{t / kSecond, t % kSecond};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
}

// A probe that waits for a processor measures the machine, not the pair. True when granted.
inline bool ask_for_realtime(int priority) {
  const sched_param param{.sched_priority = priority};
  return sched_setscheduler(0, SCHED_FIFO, &param) == 0;
}

inline volatile sig_atomic_t stop_requested = 0;
inline volatile sig_atomic_t report_requested = 0;

// SIGTERM and SIGINT end the run with its report; SIGUSR1 asks for a report in between.
inline void install_signals() {
  struct sigaction action{};
  action.sa_handler = [](int signal) {
    if (signal == SIGUSR1) {
      report_requested = 1;
    } else {
      stop_requested = 1;
    }
  };
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaction(signal, &action, nullptr);
}

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// The value behind "--name" on the command line, or `fallback`.
inline const char* option(int argc, char** argv, std::string_view name, const char* fallback) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] == name) return argv[i + 1];
  }
  return fallback;
}

inline std::int64_t number(int argc, char** argv, std::string_view name, std::int64_t fallback) {
  const char* text = option(argc, argv, name, nullptr);
  if (text == nullptr) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error != std::errc{} || *end != '\0') {
    std::fprintf(stderr, "not a number: %s\n", text);
    std::exit(2);
  }
  return value;
}

}  // namespace flywall::probe
