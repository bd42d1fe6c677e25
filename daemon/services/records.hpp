// What must be remembered, history and reserved epochs, whatever the disk does.
//
// Keeps a Store open, or, while there is none, tries again at every chance; history that could not
// be written waits in memory (the newest kUnwritten) and is written later. Lives on a thread of its
// own, because a disk may take seconds.
//
// The floor of epochs (E3) is what lives of the failover process *before the present one* may have
// used. A services process that is started again within one life must not take that life's own
// block for a floor: so the reservation carries the life that made it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "daemon/services/store.hpp"

namespace flywall::services {

inline constexpr std::size_t kUnwritten = 500;  // entries
inline constexpr Duration kReopenPause = 5s;

class Records {
 public:
  explicit Records(std::string directory) : directory_(std::move(directory)) {}

  // Never fails: without a disk the entries wait in memory. Oldest first.
  void note(std::span<const processes::HistoryEntry> entries, Time now);
  // Newest first, at most `limit`; those that are only in memory included.
  std::vector<control::StoredEntry> latest(std::size_t limit, Time now,
                                           std::optional<processes::Happening> only = {});

  // Makes epochs up to `wanted` survive, and at least one block above the floor. `life` is the
  // failover process' instance, zero when it is not known yet. Errors: as Store's.
  Result<Reservation> reserve(InstanceId life, Epoch wanted, Time now);

  // Opens or writes again what failed before.
  void retry(Time now);

  // What is wrong with the disk now, empty when nothing is.
  const std::string& trouble() const { return trouble_; }
  // What an operator must be told once: a corrupt database that was set aside. Empty afterwards.
  std::string take_notice() { return std::exchange(notice_, {}); }

 private:
  Store* store(Time now);
  void fail_with(const Error& error, Time now);
  void write_waiting(Time now);
  bool must_wait(Time now) const;
  void recovered();

  std::string directory_;
  std::optional<Store> store_;
  std::optional<Time> next_attempt_;
  std::vector<processes::HistoryEntry> waiting_;  // oldest first
  std::optional<Epoch> floor_;
  std::string trouble_;
  std::string notice_;
};

}  // namespace flywall::services
