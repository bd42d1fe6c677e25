#include "netlink/announcement_schedule.hpp"

#include <algorithm>
#include <utility>

namespace flywall::netlink {

namespace {

Duration offset_of(std::uint32_t round) {
  if (round < kAnnouncementOffsets.size()) return kAnnouncementOffsets[round];
  const auto refreshes = round - kAnnouncementOffsets.size() + 1;
  return kAnnouncementOffsets.back() + kAnnouncementRefresh * static_cast<std::int64_t>(refreshes);
}

}  // namespace

void AnnouncementSchedule::set_next(Item item, Time next) {
  if (item >= series_.size()) series_.resize(item + 1);
  Series& series = series_[item];
  if (series.next != kNever) upcoming_.erase({series.next, item});
  series.next = next;
  if (next != kNever) upcoming_.emplace(next, item);
}

void AnnouncementSchedule::start(Item item, Time now) {
  set_next(item, now);
  series_[item].base = now;
  series_[item].round = 0;
}

void AnnouncementSchedule::stop(Item item) {
  if (item < series_.size()) set_next(item, kNever);
}

void AnnouncementSchedule::rearrange(std::span<const std::optional<Item>> before) {
  const std::vector<Series> former = std::exchange(series_, {});
  upcoming_.clear();
  for (Item item = 0; item < before.size(); ++item) {
    if (!before[item] || *before[item] >= former.size()) continue;
    const Series& series = former[*before[item]];
    set_next(item, series.next);
    series_[item] = series;
  }
}

void AnnouncementSchedule::clear() {
  series_.clear();
  upcoming_.clear();
}

Time AnnouncementSchedule::deadline() const {
  if (upcoming_.empty()) return kNever;
  return std::max(upcoming_.begin()->first, not_before_);
}

AnnouncementSchedule::Batch AnnouncementSchedule::due(Time now) {
  Batch batch;
  if (now < deadline()) return batch;
  while (!batch.full() && !upcoming_.empty() && upcoming_.begin()->first <= now) {
    const Item item = upcoming_.begin()->second;
    Series& series = series_[item];
    do {
      ++series.round;
    } while (later(series.base, offset_of(series.round)) <= now);
    set_next(item, later(series.base, offset_of(series.round)));
    batch.push_back(item);
  }
  if (!batch.empty()) not_before_ = later(now, kAnnouncementPause);
  return batch;
}

void AnnouncementSchedule::postpone(Item item, Time now) {
  if (item >= series_.size() || series_[item].next == kNever) return;
  if (series_[item].round > 0) --series_[item].round;
  set_next(item, later(now, kAnnouncementRetry));
}

}  // namespace flywall::netlink
