#include "heartbeat/replay_window.hpp"

#include <algorithm>

namespace flywall::heartbeat {

namespace {

constexpr std::uint64_t kWords = ReplayWindow::kBits / ReplayWindow::kWordBits;

}  // namespace

bool ReplayWindow::accept(std::uint64_t counter) {
  if (counter == 0 || counter >= kLimit || counter + kSize < highest_) return false;
  if (counter > highest_) advance(counter);
  const std::uint64_t bit = std::uint64_t{1} << (counter % kWordBits);
  std::uint64_t& word = words_[counter / kWordBits % kWords];
  if (word & bit) return false;
  word |= bit;
  return true;
}

void ReplayWindow::advance(std::uint64_t counter) {
  const std::uint64_t from = highest_ / kWordBits;
  const std::uint64_t entered = std::min(counter / kWordBits - from, kWords);
  for (std::uint64_t i = 1; i <= entered; ++i) words_[(from + i) % kWords] = 0;
  highest_ = counter;
}

}  // namespace flywall::heartbeat
