// What a checker found: the first violation ends the schedule.
#pragma once

#include <optional>
#include <string>

#include "tests/simulation/moment.hpp"

namespace flywall::simulation {

struct Violation {
  std::string rule;  // "E4"
  std::string what;
  Moment at{};
};

class Findings {
 public:
  void report(const char* rule, std::string what, Moment at) {
    if (!first_) first_ = Violation{rule, std::move(what), at};
  }
  const std::optional<Violation>& first() const { return first_; }
  void clear() { first_.reset(); }

 private:
  std::optional<Violation> first_;
};

}  // namespace flywall::simulation
