// The half of VirtualAddresses that listens: descriptors, deadlines, announcements.
#include <algorithm>
#include <set>

#include "netlink/link_dump.hpp"
#include "netlink/virtual_addresses.hpp"

namespace flywall::netlink {

namespace {

// Reads of one watch in a row, so that a thousand deletions become one repair.
constexpr int kReadsInARow = 64;

}  // namespace

std::vector<int> VirtualAddresses::fds() const {
  std::vector<int> result{link_watch_.fd(), address_watch_.fd()};
  for (const int fd : check_.fds()) result.push_back(fd);
  return result;
}

Time VirtualAddresses::deadline() const {
  if (lingering()) return linger_until_;
  return std::min({schedule_.deadline(), check_.deadline(), repair_at_, route_audit_});
}

std::optional<AddressReport> VirtualAddresses::on_readable(int fd, Time at) {
  std::optional<AddressReport> noticed;
  if (fd == link_watch_.fd()) {
    read_links(at);
  } else if (fd == address_watch_.fd()) {
    noticed = read_addresses(at);
  } else {
    check_.on_readable();
  }
  auto report = run_due(at);
  return report ? std::move(report) : std::move(noticed);
}

std::optional<AddressReport> VirtualAddresses::on_deadline(Time at) {
  announce_due(at);
  if (check_.on_deadline(at)) repair_at_ = at;
  return run_due(at);
}

void VirtualAddresses::look_again(Time at) {
  links_known_ = false;
  want_repair(at);
}

void VirtualAddresses::announce_again(Time at) {
  if (!taken_) return;
  for (std::uint32_t i = 0; i < held_.size(); ++i)
    if (held_[i]) hold(i, at);
}

// Not more often than once per kRepairPause, however often somebody deletes.
void VirtualAddresses::want_repair(Time at) {
  repair_at_ = std::min(repair_at_, std::max(at, later(repaired_, kRepairPause)));
}

std::optional<AddressReport> VirtualAddresses::run_due(Time at) {
  if (lingering()) return at < linger_until_ ? std::nullopt : std::optional(drop());
  if (at < std::min(repair_at_, route_audit_)) return std::nullopt;
  AddressReport report = work(AddressWork::repair);
  speak_when_done();
  std::string complaint = report.complaint();
  const std::uint32_t routes = report.routes_added + report.routes_removed;
  const bool news = report.added + report.removed + routes > 0 || complaint != complained_;
  complained_ = std::move(complaint);
  return news ? std::optional(std::move(report)) : std::nullopt;
}

std::optional<AddressReport> VirtualAddresses::read_addresses(Time at) {
  AddressReport noticed;
  noticed.work = AddressWork::noticed;
  for (int i = 0; i < kReadsInARow; ++i) {
    const AddressEvents events = address_watch_.read();
    if (events.overrun) want_repair(at);
    for (const AddressEvent& event : events.addresses) judge(event, at, noticed);
    if (!events.more) break;
  }
  if (noticed.foreign.empty()) return std::nullopt;
  return noticed;
}

void VirtualAddresses::judge(const AddressEvent& event, Time at, AddressReport& noticed) {
  if (taken_) {
    const auto position = position_of(event.address);
    if (event.removed && position && held_[*position]) want_repair(at);
    return;
  }
  if (event.removed || !tags_visible_ || event.address.tag == tag_) return;
  const bool ours = std::ranges::any_of(configured_, [&](const VirtualAddress& address) {
    return address.prefix.address == event.address.prefix.address;
  });
  if (ours && noticed.foreign.size() < kReportedFailures)
    noticed.foreign.push_back(event.address.prefix);
}

void VirtualAddresses::read_links(Time at) {
  bool overrun = !links_known_;
  for (int i = 0; i < kReadsInARow; ++i) {
    const LinkEvents events = link_watch_.read();
    overrun |= events.overrun;
    for (const LinkState& link : events.links) apply_link(link, at);
    if (!events.more) break;
  }
  if (overrun) reload_links(at);
}

void VirtualAddresses::reload_links(Time at) {
  auto links = link_dump(route_);
  if (!links) {
    links_known_ = false;
    want_repair(later(at, kRepairRetry));
    return;
  }
  std::set<std::uint32_t> present;
  for (const LinkState& link : *links) present.insert(link.index);
  std::vector<LinkState> gone;
  for (const auto& [index, link] : links_.all())
    if (!present.contains(index)) gone.push_back(link);
  for (LinkState& link : gone) {
    link.removed = true;
    apply_link(link, at);
  }
  for (const LinkState& link : *links) apply_link(link, at);
  links_known_ = true;
}

void VirtualAddresses::apply_link(const LinkState& link, Time at) {
  const LinkTable::Change change = links_.apply(link);
  const auto used = [&](const InterfaceName& name) {
    return (virtual_links_ && virtual_links_->is_ours(name)) ||
           std::ranges::any_of(configured_,
                               [&](const auto& address) { return address.interface == name; });
  };
  if (interface_notice_ && (link.removed || (change.named && used(link.name))))
    interface_notice_(link.index, !link.removed);
  if (taken_ && ((change.named && used(link.name)) || (change.lost && used(change.former_name))))
    want_repair(at);
  // Somebody took a virtual link down.
  if (taken_ && !link.removed && !link.admin_up && virtual_links_ &&
      virtual_links_->is_ours(link.name))
    want_repair(at);
  if (!taken_ || !change.came_up) return;
  if (routes_ && routes_->any()) want_repair(at);
  for (std::uint32_t i = 0; i < held_.size(); ++i)
    if (held_[i] && link_of(configured_[i]) == links_.by_index(link.index)) hold(i, at);
}

void VirtualAddresses::announce_due(Time at) {
  const AnnouncementSchedule::Batch due = schedule_.due(at);
  if (due.empty()) return;
  InlineVector<Announcement, kAnnouncementsPerBatch> announcements;
  InlineVector<std::uint32_t, kAnnouncementsPerBatch> positions;
  for (const std::uint32_t position : due) {
    const VirtualAddress& address = configured_[position];
    const LinkState* link = link_of(address);
    if (!held_[position] || link == nullptr) {
      schedule_.stop(position);
      continue;
    }
    announcements.push_back(
        {address.prefix.address, link->index, link->hardware_length, link->mac,
         address.prefix.address.family == Family::ipv6 && forwarding_.ipv6(link->name, at)});
    positions.push_back(position);
  }
  const auto unsent = announcer_.send({announcements.begin(), announcements.size()});
  for (const std::uint32_t index : unsent) schedule_.postpone(positions[index], at);
}

}  // namespace flywall::netlink
