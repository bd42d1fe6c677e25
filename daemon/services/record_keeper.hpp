// Records on a thread of their own, asked from the Asio thread. Bounded: while kMaxNoted entries
// wait for a slow disk, further ones are dropped and counted. What waits is written at once, in one
// transaction, so that a reservation never queues behind a flood of history.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/services/records.hpp"

namespace flywall::services {

inline constexpr std::size_t kMaxNoted = 1000;  // entries
inline constexpr int kMaxQueued = 64;           // pieces of work
inline constexpr Duration kDiskLimit = 3s;      // for an answer that waits for the disk

class RecordKeeper {
 public:
  RecordKeeper(boost::asio::any_io_executor home, std::string directory);
  // Writes what waits.
  ~RecordKeeper() { thread_.join(); }

  void note(const processes::HistoryEntry& entry);
  // Nothing when the disk does not answer in time.
  boost::asio::awaitable<std::optional<std::vector<control::StoredEntry>>> latest(
      std::size_t limit, std::optional<processes::Happening> only = {});
  // `answer` is called on the Asio thread.
  void reserve(InstanceId life, Epoch up_to, std::function<void(Result<Reservation>)> answer);
  // Tries again what failed before.
  void retry();

  // What an operator should know, empty when all is well.
  std::vector<std::string> warnings() const;

 private:
  template <class Work>
  bool post(Work work);
  void after_work();
  void write_noted();

  boost::asio::any_io_executor home_;
  Records records_;  // touched by the thread only
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::string trouble_;
  std::vector<processes::HistoryEntry> noted_;

  std::string logged_trouble_;  // of the thread
  std::atomic<int> queued_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  boost::asio::thread_pool thread_{1};
};

}  // namespace flywall::services
