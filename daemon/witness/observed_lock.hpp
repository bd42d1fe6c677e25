// A lock that is one record in somebody else's store: changed by compare-and-set, judged by time on
// our own clock.
//
// Any store that can compare and set one value serves (a file, Redis, Consul, etcd): the store
// needs no clock and no time to live, and a store that lost its memory grants nothing early. The
// holder writes the record again and again, each time with another sequence number, and counts from
// *before* it wrote. A candidate takes the record only when it has seen it unchanged for a whole
// lease on its own monotonic clock:
//
//   O1  Between two successful writes of different owners lies a whole lease of silence of the
//       first: its last write began before the candidate first saw it, so its lease is over.
//   O2  A write of the holder that is still under way when the candidate wins fails, because the
//       candidate changed the record: it is not counted.
//   O3  A store without the record (new, or emptied by a restart) may have forgotten a living
//       holder. A candidate first leaves a mark there and must see that mark unchanged for a whole
//       lease: had the store forgotten again meanwhile, the mark would be gone.
//   O4  A record that its owner released, in its own words, may be taken at once.
//   O5  The record's epoch never falls (E3): it is the fencing token.
//
// Pure: knows neither store nor clock. One object per lock, for one node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "heartbeat/statement.hpp"

namespace flywall::witness {

// The words of the record's last column.
enum class Standing : std::uint8_t {
  held,
  released,  // by its owner: take it
  marked,    // by a candidate that found nothing; holds nothing yet
};

// What stands in the store.
struct LockRecord {
  heartbeat::Claim claim;  // of the owner
  std::uint64_t sequence = 0;
  Duration lease{};  // of the owner, in whole milliseconds
  Standing standing = Standing::held;
  bool operator==(const LockRecord&) const = default;
};

inline constexpr std::size_t kMaxRecordText = 256;

// One line: "flywall-lock 1 EPOCH OWNER SEQUENCE LEASE_MS STANDING\n".
std::string to_text(const LockRecord& record);
// Nothing when it is not such a line, to the letter.
std::optional<LockRecord> parse_record(std::string_view text);

// A record as it was read; `version` is what a later write names as the expected one.
struct Seen {
  LockRecord record;
  std::string version;
};

// Write this if the store still holds what was seen (nothing: if there is still no record). The
// lock is held from before the writing, if it succeeded and the record says `held`.
struct Write {
  LockRecord record;
};
// Somebody else holds it, or it has to be observed longer; ask again then.
struct Wait {
  Time until;
  std::optional<heartbeat::Claim> holder;
};
// The store knows a higher epoch: claim above it.
struct Behind {
  Epoch epoch;
};
using Verdict = std::variant<Write, Wait, Behind>;

class ObservedLock {
 public:
  // `claim` asks for the lock, or to keep it, for `lease` (whole milliseconds, > 0); `seen` is what
  // the store answered to a question that was *answered* at `now`.
  Verdict ask(Time now, const heartbeat::Claim& claim, Duration lease,
              const std::optional<Seen>& seen);
  // What the store answered at `now`, while nothing is wanted of it.
  void observe(Time now, const std::optional<Seen>& seen);
  // What to write to give `claim` up; nothing: it does not hold the lock.
  std::optional<LockRecord> release(const heartbeat::Claim& claim,
                                    const std::optional<Seen>& seen) const;

 private:
  struct Observation {
    std::string version;
    Time since;
  };
  std::optional<Observation> observed_;
};

}  // namespace flywall::witness
