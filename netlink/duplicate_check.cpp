#include "netlink/duplicate_check.hpp"

#include <algorithm>
#include <vector>

namespace flywall::netlink {

void DuplicateCheck::clear() { *this = DuplicateCheck(); }

DuplicateCheck::Verdict DuplicateCheck::verdict(std::uint32_t position) const {
  const auto found = entries_.find(position);
  return found == entries_.end() ? Verdict::unasked : found->second.verdict;
}

std::optional<MacAddress> DuplicateCheck::answered_by(std::uint32_t position) const {
  if (verdict(position) != Verdict::answered) return std::nullopt;
  return entries_.at(position).mac;
}

Result<void> DuplicateCheck::ask(std::span<const Question> questions, Time now) {
  if (probe_) return {};
  std::vector<Announcement> due;
  for (const Question& question : questions) {
    const auto found = entries_.find(question.position);
    if (found != entries_.end() && found->second.ask_again > now) continue;
    due.push_back(question.announcement);
    asked_[{question.announcement.address, question.announcement.interface_index}] =
        question.position;
  }
  if (due.empty()) return {};
  auto probe = ArpProbe::create(due, later(now, kProbeTime));
  if (!probe) {
    asked_.clear();
    return std::unexpected(std::move(probe.error()));
  }
  probe_ = std::move(*probe);
  return {};
}

Time DuplicateCheck::deadline() const { return probe_ ? probe_->deadline() : ask_again_; }

void DuplicateCheck::on_readable() {
  if (probe_) probe_->on_readable();
}

bool DuplicateCheck::on_deadline(Time now) {
  if (now < deadline()) return false;
  ask_again_ = kNever;
  if (!probe_) return true;
  probe_->on_readable();
  for (const auto& [question, position] : asked_)
    entries_[position] = {Verdict::silent, {}, Time::min()};
  for (const ArpAnswer& answer : probe_->answers()) {
    const auto position = asked_.at({answer.address, answer.interface_index});
    ask_again_ = later(now, kProbeRetry);
    entries_[position] = {Verdict::answered, answer.mac, ask_again_};
  }
  asked_.clear();
  probe_.reset();
  return true;
}

}  // namespace flywall::netlink
