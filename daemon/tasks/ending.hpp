// How a task ended, as a value and in words.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace flywall::tasks {

enum class End : std::uint8_t {
  exited,     // `value` is its exit status
  signalled,  // `value` is the signal
  too_long,   // it reached its time limit and was ended
  cancelled,  // ended because nobody waits for it any more
  refused,    // not started: `problem` says why
  broken,     // could not be started or watched: `problem` says why
};

struct Ending {
  End end = End::broken;
  int value = 0;
  Duration took{};
  std::uint32_t left_behind = 0;  // processes that outlived it and were killed
  bool unkillable = false;        // one of them did not even die of SIGKILL
  std::string problem;
  std::string output;           // stdout and stderr together, the first kKeptOutput bytes
  std::uint64_t discarded = 0;  // bytes of output beyond

  bool good() const { return end == End::exited && value == 0; }
};

// "exit status 2", "killed after 10 s", "not run: /tmp can be written by others than its owner".
std::string in_words(const Ending& ending);
// The last line of the output that is not blank, without control characters; at most `most` bytes.
std::string last_line(const Ending& ending, std::size_t most);

}  // namespace flywall::tasks
