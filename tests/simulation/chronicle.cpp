#include "tests/simulation/chronicle.hpp"

#include <array>
#include <cstdio>

namespace flywall::simulation {

std::string milliseconds(Duration duration) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.3f ms", static_cast<double>(duration.count()) / 1e6);
  return text.data();
}

void Chronicle::write(Moment at, const std::string& who, const std::string& what) const {
  if (!sink_) return;
  std::array<char, 64> head{};
  std::snprintf(head.data(), head.size(), "%12.3f ms  %-4s ",
                static_cast<double>(at.time_since_epoch().count()) / 1e6, who.c_str());
  sink_(std::string(head.data()) + what);
}

}  // namespace flywall::simulation
