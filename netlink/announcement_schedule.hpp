// When which address is announced: pure; time is a parameter.
//
// Each address is announced 0, 50, 200, 1100 and 3000 ms after its start (a Linux neighbour
// refuses to change an entry again within one second: locktime, FACTS section 3), then every 60 s,
// because some switches keep an entry for hours. At most kAnnouncementsPerBatch addresses leave at
// a time, batches are kAnnouncementPause apart, the longest overdue first.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "netlink/limits.hpp"

namespace flywall::netlink {

inline constexpr std::array kAnnouncementOffsets{Duration(0ms), Duration(50ms), Duration(200ms),
                                                 Duration(1100ms), Duration(3000ms)};

class AnnouncementSchedule {
 public:
  using Item = std::uint32_t;  // position of the address in the caller's list
  using Batch = InlineVector<Item, kAnnouncementsPerBatch>;

  // The first announcement is due at `now`; a running series starts over.
  void start(Item item, Time now);
  void stop(Item item);
  // Item i is what was before[i]: its series goes on; nothing: it is new and has none.
  void rearrange(std::span<const std::optional<Item>> before);
  void clear();

  // When `due` has something to give; kNever when nothing runs.
  Time deadline() const;
  // What is to be announced now; each item's next time is counted from its start, not from `now`.
  Batch due(Time now);
  // Given out by `due`, but the interface's queue was full: comes again after kAnnouncementRetry.
  void postpone(Item item, Time now);

 private:
  struct Series {
    Time base{};
    Time next = kNever;
    std::uint32_t round = 0;
  };
  void set_next(Item item, Time next);

  std::vector<Series> series_;                // by item
  std::set<std::pair<Time, Item>> upcoming_;  // the same, by time
  Time not_before_ = Time::min();
};

}  // namespace flywall::netlink
