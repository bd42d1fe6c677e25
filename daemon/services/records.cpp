#include "daemon/services/records.hpp"

#include <algorithm>
#include <utility>

#include "heartbeat/election.hpp"

namespace flywall::services {

bool Records::must_wait(Time now) const { return next_attempt_ && now < *next_attempt_; }

Store* Records::store(Time now) {
  if (store_) return &*store_;
  if (must_wait(now)) return nullptr;
  auto opened = Store::open(directory_);
  if (!opened) {
    fail_with(opened.error(), now);
    return nullptr;
  }
  store_.emplace(std::move(*opened));
  recovered();
  if (!store_->set_aside().empty())
    notice_ = "the state database was corrupt; it is kept as " + store_->set_aside() +
              ", and history begins anew";
  return &*store_;
}

// A full disk can still be read; what is corrupt or gone is opened again, which finds out.
void Records::fail_with(const Error& error, Time now) {
  trouble_ = error.message;
  if (error.kind != ErrorKind::unavailable) store_.reset();
  next_attempt_ = error.kind == ErrorKind::invalid ? now : later(now, kReopenPause);
}

void Records::write_waiting(Time now) {
  if (waiting_.empty()) return;
  Store* open = must_wait(now) ? nullptr : store(now);
  if (!open) return;
  if (auto written = open->append(waiting_); !written) {
    fail_with(written.error(), now);
    return;
  }
  recovered();
  waiting_.clear();
}

void Records::recovered() {
  trouble_.clear();
  next_attempt_.reset();
}

void Records::note(std::span<const processes::HistoryEntry> entries, Time now) {
  waiting_.insert(waiting_.end(), entries.begin(), entries.end());
  write_waiting(now);
  if (waiting_.size() > kUnwritten)
    waiting_.erase(waiting_.begin(), waiting_.end() - static_cast<std::ptrdiff_t>(kUnwritten));
}

std::vector<control::StoredEntry> Records::latest(std::size_t limit, Time now,
                                                  std::optional<processes::Happening> only) {
  write_waiting(now);
  std::vector<control::StoredEntry> entries;
  for (auto entry = waiting_.rbegin(); entry != waiting_.rend() && entries.size() < limit; ++entry)
    if (!only || entry->happening == *only) entries.push_back({.id = 0, .entry = *entry});
  if (Store* open = store(now)) {
    auto stored = open->latest(limit - entries.size(), only);
    if (stored)
      entries.insert(entries.end(), stored->begin(), stored->end());
    else
      fail_with(stored.error(), now);
  }
  return entries;
}

Result<Reservation> Records::reserve(InstanceId life, Epoch wanted, Time now) {
  next_attempt_.reset();
  Store* open = store(now);
  if (!open) return fail(ErrorKind::unavailable, trouble_);
  const auto before = open->reservation();
  if (!before) {
    fail_with(before.error(), now);
    return std::unexpected(before.error());
  }
  const bool same_life = life != InstanceId{} && before->life == life;
  if (!floor_) floor_ = same_life ? before->floor : before->up_to;
  Reservation result{.life = life, .floor = *floor_, .up_to = before->up_to};
  const Epoch least{std::max(wanted.value, floor_->value + heartbeat::kEpochBlock)};
  if (least <= before->up_to && same_life) return result;
  result.up_to = std::max(least, before->up_to);
  if (auto written = open->reserve(result); !written) {
    fail_with(written.error(), now);
    return std::unexpected(written.error());
  }
  recovered();
  return result;
}

void Records::retry(Time now) {
  if (store(now)) write_waiting(now);
}

}  // namespace flywall::services
