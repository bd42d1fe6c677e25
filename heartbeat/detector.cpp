#include "heartbeat/detector.hpp"

#include <algorithm>

namespace flywall::heartbeat {

bool Detector::heard(PathIndex path, Time at, Duration detection) {
  const bool was_alive = alive(path);
  heard_[path.value] = at;
  last_ = at;
  detection_ = detection;
  living_ = static_cast<std::uint8_t>(living_ | (1U << path.value));
  update_deadline();
  return !was_alive;
}

std::uint8_t Detector::judge(Time at) {
  std::uint8_t fallen = 0;
  for (std::size_t i = 0; i < kMaxPaths; ++i) {
    const auto bit = static_cast<std::uint8_t>(1U << i);
    if ((living_ & bit) && at - heard_[i] >= detection_)
      fallen = static_cast<std::uint8_t>(fallen | bit);
  }
  if (fallen == 0) return 0;
  living_ = static_cast<std::uint8_t>(living_ & ~fallen);
  update_deadline();
  return fallen;
}

void Detector::depart() {
  living_ = 0;
  deadline_ = kNever;
}

void Detector::forgive(Time at) {
  for (std::size_t i = 0; i < kMaxPaths; ++i)
    if ((living_ >> i) & 1) heard_[i] = std::max(heard_[i], at);
  update_deadline();
}

void Detector::update_deadline() {
  deadline_ = kNever;
  for (std::size_t i = 0; i < kMaxPaths; ++i)
    if ((living_ >> i) & 1) deadline_ = std::min(deadline_, heard_[i] + detection_);
}

}  // namespace flywall::heartbeat
