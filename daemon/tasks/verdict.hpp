// Good and bad results in a row, made into up and down. Pure.
//
// Unknown until one of the two counts is reached for the first time.
#pragma once

#include <cstdint>
#include <optional>

namespace flywall::tasks {

class Verdict {
 public:
  // `rise` good results in a row and it is up, `fall` bad ones and it is down; both at least 1.
  Verdict(std::uint32_t rise, std::uint32_t fall) : rise_(rise), fall_(fall) {}

  // Whether the verdict changed.
  bool count(bool good) {
    streak_ = good == last_ ? streak_ + 1 : 1;
    last_ = good;
    if (up_ == good || streak_ < (good ? rise_ : fall_)) return false;
    up_ = good;
    return true;
  }
  // Nothing: not known yet.
  std::optional<bool> up() const { return up_; }

 private:
  std::uint32_t rise_;
  std::uint32_t fall_;
  std::uint32_t streak_ = 0;
  bool last_ = false;
  std::optional<bool> up_;
};

}  // namespace flywall::tasks
