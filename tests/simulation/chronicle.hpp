// The transcript of a schedule for people, and its hash for the check that the same seed gives the
// same run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/simulation/moment.hpp"

namespace flywall::simulation {

class Chronicle {
 public:
  using Sink = std::function<void(const std::string&)>;

  // Without a sink nothing is written, only hashed.
  void clear(Sink sink = {}) {
    sink_ = std::move(sink);
    hash_ = 0xcbf29ce484222325;
  }
  bool is_read() const { return static_cast<bool>(sink_); }
  std::uint64_t hash() const { return hash_; }

  void mix(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3; }
  void mix(Moment at, std::size_t machine, std::uint64_t what) {
    mix(static_cast<std::uint64_t>(at.time_since_epoch().count()));
    mix(machine << 8 | what);
  }
  void write(Moment at, const std::string& who, const std::string& what) const;

 private:
  Sink sink_;
  std::uint64_t hash_ = 0;
};

std::string milliseconds(Duration duration);

}  // namespace flywall::simulation
