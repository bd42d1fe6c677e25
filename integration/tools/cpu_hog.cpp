// cpu_hog [--threads N] [--seconds S]: keeps N processors busy (default: all) until SIGTERM or the
// end of its time, as ordinary processes of the machine would.
#include <unistd.h>

#include <thread>
#include <vector>

#include "integration/tools/realtime.hpp"

int main(int argc, char** argv) {
  using namespace flywall::probe;
  const auto threads = number(argc, argv, "--threads", std::thread::hardware_concurrency());
  const Nanoseconds end = now() + number(argc, argv, "--seconds", 60) * kSecond;
  install_signals();
  std::vector<std::jthread> hogs;
  for (std::int64_t i = 0; i < threads; ++i) {
    hogs.emplace_back([end] {
      while (!stop_requested && now() < end) {
      }
    });
  }
  return 0;
}
