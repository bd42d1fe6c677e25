// At most `most` times per `window`; for what strangers can cause.
#pragma once

#include "base/time.hpp"

namespace flywall::services {

class RateLimit {
 public:
  RateLimit(unsigned most, Duration window) : most_(most), window_(window) {}

  bool allows(Time now) {
    if (used_ == 0 || now - begin_ >= window_) {
      begin_ = now;
      used_ = 0;
    }
    if (used_ == most_) return false;
    ++used_;
    return true;
  }

 private:
  unsigned most_;
  Duration window_;
  Time begin_;
  unsigned used_ = 0;
};

}  // namespace flywall::services
