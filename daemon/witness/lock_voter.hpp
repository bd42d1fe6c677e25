// A lock provider as a voter (E6): one thread, one store, one lock.
//
// Obeys questions and releases of the failover process, at most one of each waiting: a newer one
// replaces it. While nobody asks, it looks at the record once per `watch`, so that a candidate that
// is asked later has seen how old it is (O1 of observed_lock.hpp) and does not begin to count only
// then. What the store does not answer is not answered: a vote that nobody gave. A store that hangs
// costs this thread its time limit and nobody else anything.
//
// Knows a store and a lock; knows no role, no configuration, no socket. Everything else may be
// called from any thread and never waits for the store, but for the destructor, which waits for
// what is under way: at most the store's time limits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "daemon/witness/observed_lock.hpp"
#include "daemon/witness/record_store.hpp"
#include "heartbeat/election_words.hpp"

namespace flywall::witness {

class LockVoter {
 public:
  struct Question {
    heartbeat::Claim claim;
    Duration lease{};  // whole milliseconds are asked for
    Time asked;
  };
  struct Answer {
    bool granted = false;
    Question question;
    heartbeat::Claim seen;  // the highest claim in the store
  };
  struct Status {
    bool known = false;  // asked or looked at least once
    bool reachable = false;
    std::optional<LockRecord> record;  // as it was seen last
    Time seen_at;
    std::string trouble;  // while it is not reachable
    std::uint64_t contended = 0;
    std::uint64_t failed = 0;               // questions that an error ended
    std::array<std::uint64_t, 6> errors{};  // of all calls, by ErrorKind
  };
  struct Setting {
    Duration watch{};
    // Both from the voter's own thread. `turned`: the store became reachable, or unreachable;
    // the first call is not told when it succeeds.
    std::function<void(const Answer&)> answer;
    std::function<void(const Status&)> turned;
  };

  LockVoter(std::unique_ptr<RecordStore> store, Setting setting);
  LockVoter(const LockVoter&) = delete;
  LockVoter& operator=(const LockVoter&) = delete;
  ~LockVoter();

  void ask(const Question& question);
  void release(const heartbeat::Claim& claim);
  // Takes no further wish; what waits is done, then the thread ends.
  void retire();
  bool ended() const { return ended_; }
  Status status() const;

 private:
  struct Wishes {
    std::optional<heartbeat::Claim> release;
    std::optional<Question> question;
  };
  void run();
  Wishes next();
  void look();
  void release_now(const heartbeat::Claim& claim);
  void decide(const Question& question);
  std::optional<Answer> attempt(const Question& question, const std::optional<Stored>& stored,
                                const std::optional<Seen>& seen);
  struct Found {
    std::optional<Stored> stored;
    std::optional<Seen> seen;
  };
  Result<Found> read();
  void note(const std::optional<Error>& error, const std::optional<Seen>& seen);

  std::unique_ptr<RecordStore> store_;
  const Setting setting_;
  ObservedLock lock_;  // of the thread
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_:
  Wishes wishes_;
  bool retired_ = false;
  Status status_;

  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace flywall::witness
