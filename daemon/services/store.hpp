// History and the epoch floor on disk: one SQLite database in state_dir.
//
//   history  id, at_ms, happening, from_state, to_state, reason, epoch, claimant, peer, count,
//            duration_ns, detail; the newest kHistoryRows are kept
//   epochs   one row: life (instance of the failover process), floor and up_to of that life
//
// Synchronous and single-threaded; knows no process, no retry. After an error of kind `unavailable`
// (no space, read-only) it can still be read and written again later; after any other it is to be
// opened again, which sets a corrupt one aside (`invalid`).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "daemon/control/answers.hpp"
#include "daemon/processes/messages.hpp"

struct sqlite3;

namespace flywall::services {

inline constexpr std::int64_t kHistoryRows = 10'000;

// What is known to survive: no life of this node has used an epoch above `up_to`, and none before
// `life` one above `floor`.
struct Reservation {
  InstanceId life;
  Epoch floor;
  Epoch up_to;
};

class Store {
 public:
  // Makes the directory (0700) and the database when missing. A corrupt database is renamed to
  // `flywall.db.corrupt-MILLISECONDS`, its epochs are saved if they can be read, and a new one is
  // begun; `set_aside` then names it. Errors: denied, unavailable (no space, read-only), internal.
  static Result<Store> open(const std::string& directory);

  // The name of the corrupt file that was set aside, or empty.
  const std::string& set_aside() const { return set_aside_; }

  // All of them or none, in one transaction; oldest first.
  Result<void> append(std::span<const processes::HistoryEntry> entries);
  // Newest first; of all kinds or of one.
  Result<std::vector<control::StoredEntry>> latest(std::size_t limit,
                                                   std::optional<processes::Happening> only = {});
  // Zeros when nothing was reserved yet.
  Result<Reservation> reservation();
  // On disk when it returns.
  Result<void> reserve(const Reservation& reservation);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  using Handle = std::unique_ptr<sqlite3, Close>;

  explicit Store(Handle database) : database_(std::move(database)) {}
  static Result<Store> open_file(const std::string& path);
  Result<void> execute(const char* sql);
  Result<void> upgrade(const std::string& path);
  std::unexpected<Error> error(const std::string& attempt) const;
  Result<void> insert(const processes::HistoryEntry& entry);
  Result<void> prune();

  Handle database_;
  std::string set_aside_;
};

}  // namespace flywall::services
