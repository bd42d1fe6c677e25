#include "heartbeat/voter_set.hpp"

#include <algorithm>

namespace flywall::heartbeat {

namespace {

std::size_t missing(const VoterSet& from, const VoterSet& in) {
  return static_cast<std::size_t>(
      std::count_if(from.known.begin(), from.known.end(), [&](NodeTag voter) {
        return std::find(in.known.begin(), in.known.end(), voter) == in.known.end();
      }));
}

std::size_t unknown(const VoterSet& set) { return set.size - set.known.size(); }

std::size_t above(std::size_t count, std::size_t limit) {
  return count > limit ? count - limit : 0;
}

}  // namespace

std::size_t difference(const VoterSet& one, const VoterSet& other) {
  if (one == other) return 0;
  const std::size_t named =
      above(missing(one, other), unknown(other)) + above(missing(other, one), unknown(one));
  const std::size_t counted =
      std::max(one.size, other.size) - static_cast<std::size_t>(std::min(one.size, other.size));
  return std::max(named, counted);
}

}  // namespace flywall::heartbeat
