#include "daemon/services/record_keeper.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.hpp"
#include "daemon/log/log.hpp"

namespace flywall::services {

namespace asio = boost::asio;

RecordKeeper::RecordKeeper(asio::any_io_executor home, std::string directory)
    : home_(std::move(home)), records_(std::move(directory)) {}

template <class Work>
bool RecordKeeper::post(Work work) {
  if (queued_ >= kMaxQueued) return false;
  ++queued_;
  asio::post(thread_, [this, work = std::move(work)]() mutable {
    work();
    after_work();
    --queued_;
  });
  return true;
}

// Says once what is wrong, and once that it is over.
void RecordKeeper::after_work() {
  const std::string& trouble = records_.trouble();
  if (trouble != logged_trouble_) {
    if (trouble.empty())
      log::info("store_recovered", {{"text", "the state directory can be written again"}});
    else
      log::error("store_failed", {{"error", trouble}});
    logged_trouble_ = trouble;
    const std::lock_guard lock(mutex_);
    trouble_ = trouble;
  }
  if (const std::string notice = records_.take_notice(); !notice.empty())
    log::error("store_corrupt", {{"text", notice}});
}

void RecordKeeper::note(const processes::HistoryEntry& entry) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (noted_.size() >= kMaxNoted) {
      ++dropped_;
      return;
    }
    first = noted_.empty();
    noted_.push_back(entry);
  }
  // Not through post(): at most one of these is under way.
  if (first) asio::post(thread_, [this] { write_noted(); });
}

void RecordKeeper::write_noted() {
  std::vector<processes::HistoryEntry> entries;
  {
    const std::lock_guard lock(mutex_);
    entries.swap(noted_);
  }
  records_.note(entries, now());
  after_work();
}

asio::awaitable<std::optional<std::vector<control::StoredEntry>>> RecordKeeper::latest(
    std::size_t limit, std::optional<processes::Happening> only) {
  struct Waiting {
    explicit Waiting(const asio::any_io_executor& executor) : timer(executor, kDiskLimit) {}
    asio::steady_timer timer;
    std::optional<std::vector<control::StoredEntry>> entries;
  };
  const auto waiting = std::make_shared<Waiting>(home_);
  const bool posted = post([this, waiting, limit, only] {
    auto entries = records_.latest(limit, now(), only);
    asio::post(home_, [waiting, entries = std::move(entries)]() mutable {
      waiting->entries = std::move(entries);
      waiting->timer.cancel();
    });
  });
  if (posted) co_await waiting->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return std::move(waiting->entries);
}

void RecordKeeper::reserve(InstanceId life, Epoch up_to,
                           std::function<void(Result<Reservation>)> answer) {
  const bool posted = post([this, life, up_to, answer] {
    auto result = records_.reserve(life, up_to, now());
    asio::post(home_, [answer, result = std::move(result)] { answer(result); });
  });
  if (!posted) answer(fail(ErrorKind::unavailable, "the disk does not keep up"));
}

void RecordKeeper::retry() {
  post([this] { records_.retry(now()); });
}

std::vector<std::string> RecordKeeper::warnings() const {
  std::vector<std::string> result;
  if (const std::uint64_t dropped = dropped_; dropped > 0)
    result.push_back(std::to_string(dropped) + " history entries were lost: the disk was too slow");
  const std::lock_guard lock(mutex_);
  if (!trouble_.empty()) result.push_back("history is kept in memory only: " + trouble_);
  return result;
}

}  // namespace flywall::services
