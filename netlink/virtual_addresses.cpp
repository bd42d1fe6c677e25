#include "netlink/virtual_addresses.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/clock.hpp"
#include "netlink/address_dump.hpp"
#include "netlink/settling.hpp"

namespace flywall::netlink {

namespace {

bool contains(std::span<const ObservedAddress> observed, const WantedAddress& wanted) {
  return std::ranges::any_of(observed, [&](const ObservedAddress& address) {
    return address.interface_index == wanted.interface_index && address.prefix == wanted.prefix;
  });
}

// Where each of `then` stood in `now`; nothing: it is new. Mostly in the same order.
std::vector<std::optional<std::uint32_t>> places_before(std::span<const VirtualAddress> now,
                                                        std::span<const VirtualAddress> then) {
  std::vector<std::optional<std::uint32_t>> result;
  auto expected = now.begin();
  for (const VirtualAddress& address : then) {
    auto found = std::find(expected, now.end(), address);
    if (found == now.end()) found = std::find(now.begin(), now.end(), address);
    const bool stays = found != now.end();
    result.push_back(stays ? std::optional(static_cast<std::uint32_t>(found - now.begin()))
                           : std::nullopt);
    if (stays) expected = found + 1;
  }
  return result;
}

}  // namespace

std::string AddressReport::complaint() const {
  std::string text = error ? error->message : "";
  for (const AddressFailure& failure : failures)
    text += "\n" + failure.address.prefix.str() + " " + failure.reason;
  return text;
}

VirtualAddresses::VirtualAddresses(AddressTag tag, std::vector<VirtualAddress> configured,
                                   Kernel kernel)
    : tag_(tag),
      configured_(std::move(configured)),
      held_(configured_.size()),
      route_(std::move(kernel.route)),
      link_watch_(std::move(kernel.link_watch)),
      address_watch_(std::move(kernel.address_watch)),
      announcer_(std::move(kernel.announcer)) {}

Result<VirtualAddresses> VirtualAddresses::create(AddressTag tag,
                                                  std::vector<VirtualAddress> configured) {
  if (configured.size() > kMaxVirtualAddresses)
    return fail(ErrorKind::invalid, std::to_string(configured.size()) +
                                        " virtual addresses are more than the limit, " +
                                        std::to_string(kMaxVirtualAddresses));
  auto route = RouteSocket::create();
  if (!route) return std::unexpected(std::move(route.error()));
  auto link_watch = LinkWatch::create();
  if (!link_watch) return std::unexpected(std::move(link_watch.error()));
  auto address_watch = AddressWatch::create();
  if (!address_watch) return std::unexpected(std::move(address_watch.error()));
  auto announcer = Announcer::create();
  if (!announcer) return std::unexpected(std::move(announcer.error()));
  return VirtualAddresses(tag, std::move(configured),
                          Kernel{std::move(*route), std::move(*link_watch),
                                 std::move(*address_watch), std::move(*announcer)});
}

AddressReport VirtualAddresses::take() {
  const bool taken_back = silence_.has_value();
  silence_.reset();
  linger_until_ = kNever;
  taken_ = true;
  AddressReport report = work(AddressWork::take);
  complained_ = report.complaint();
  if (taken_back) announce_again(now());
  return report;
}

AddressReport VirtualAddresses::drop() {
  taken_ = false;
  linger_until_ = kNever;
  schedule_.clear();
  check_.clear();
  AddressReport report = work(AddressWork::drop);
  complained_ = report.complaint();
  speak_when_done();
  return report;
}

AddressReport VirtualAddresses::quiet(Duration linger) {
  if (!taken_ && !lingering()) return drop();
  const Time start = now();
  std::vector<IpAddress> addresses;
  for (std::uint32_t i = 0; i < held_.size(); ++i)
    if (held_[i]) addresses.push_back(configured_[i].prefix.address);
  if (!silence_) {
    auto silence = AnswerSilence::create(tag_, addresses);
    if (!silence) {
      AddressReport report = drop();
      if (!report.error) report.error = std::move(silence.error());
      return report;
    }
    silence_ = std::move(*silence);
  }
  taken_ = false;
  linger_until_ = later(start, std::clamp(linger, Duration{0}, kLongestLinger));
  repair_at_ = kNever;
  schedule_.clear();
  check_.clear();
  AddressReport report;
  report.work = AddressWork::quiet;
  report.held = report.silenced = static_cast<std::uint32_t>(addresses.size());
  report.duration = now() - start;
  return report;
}

// The silence outlasts the addresses, also when removing them was interrupted or failed.
void VirtualAddresses::speak_when_done() {
  if (!lingering() && repair_at_ == kNever) silence_.reset();
}

std::optional<AddressReport> VirtualAddresses::configure(std::vector<VirtualAddress> configured) {
  FLYWALL_CHECK(configured.size() <= kMaxVirtualAddresses);
  const std::vector<std::optional<std::uint32_t>> before = places_before(configured_, configured);
  const std::vector<bool> held = std::exchange(held_, std::vector<bool>(configured.size()));
  configured_ = std::move(configured);
  check_.clear();
  if (!taken_) {
    schedule_.clear();
    return std::nullopt;
  }
  // What stays is not announced again.
  for (std::size_t i = 0; i < before.size(); ++i) held_[i] = before[i] && held[*before[i]];
  schedule_.rearrange(before);
  return take();
}

std::optional<AddressReport> VirtualAddresses::configure_routes(RouteTag tag,
                                                                std::vector<VirtualRoute> routes) {
  if (!routes_) routes_.emplace(tag);
  routes_->configure(std::move(routes));
  if (!taken_) return std::nullopt;
  return take();
}

std::optional<AddressReport> VirtualAddresses::configure_links(std::string_view cluster_id,
                                                               std::vector<VirtualLink> links) {
  if (!virtual_links_) virtual_links_.emplace(std::string(cluster_id));
  virtual_links_->configure(route_, std::move(links));
  if (taken_) return take();
  AddressReport ignored;
  read_links(now());
  hold_links(ignored);
  return std::nullopt;
}

AddressReport VirtualAddresses::retire() {
  AddressReport report = drop();
  if (!virtual_links_) return report;
  if (auto removed = virtual_links_->remove(route_); !removed && !report.error)
    report.error = std::move(removed.error());
  return report;
}

void VirtualAddresses::hold_links(AddressReport& report) {
  if (!virtual_links_) return;
  bool news = true;
  // What is swept at first changes what has to be made.
  for (int i = 0; i < 2 && news; ++i) {
    auto held = virtual_links_->hold(route_, links_, taken_ || lingering());
    if (!held && !report.error) report.error = std::move(held.error());
    news = held && *held;
    if (news) read_links(now());
  }
}

AddressReport VirtualAddresses::work(AddressWork kind) {
  const Time start = now();
  AddressReport report;
  report.work = kind;
  read_links(start);
  if (taken_) hold_links(report);
  repair_at_ = links_known_ ? kNever : later(start, kRepairRetry);
  const std::vector<WantedAddress> configured = resolve(report);
  if (!taken_) release_routes(report);
  auto observed = address_dump(route_);
  if (!observed) {
    report.error = std::move(observed.error());
  } else {
    tags_visible_ = tags_visible(*observed);
    if (!taken_) hold_links(report);
    const AddressOwner owner{tag_, tags_visible_, configured};
    std::vector<WantedAddress> wanted;
    if (taken_) wanted = without_unasked(configured, *observed, report);
    const AddressPlan plan = plan_addresses(wanted, *observed, owner);
    std::vector<bool> before(configured_.size());
    before.swap(held_);
    for (const WantedAddress& address : plan.held) {
      const std::uint32_t position = positions_.at({address.interface_index, address.prefix});
      held_[position] = true;
      if (!before[position]) hold(position, start);
    }
    execute(plan.changes, report);
    if (!taken_) list_foreign(*observed, owner, report);
  }
  if (taken_) hold_routes(report);
  report.held = static_cast<std::uint32_t>(std::ranges::count(held_, true));
  const Time end = now();
  report.duration = end - start;
  if (kind == AddressWork::repair) repaired_ = end;
  if (report.error) want_repair(later(end, kRepairRetry));
  return report;
}

void VirtualAddresses::notice_interface(const LinkState& link) {
  if (interface_notice_) interface_notice_(link.index, true);
}

const LinkState* VirtualAddresses::link_of(const VirtualAddress& address) const {
  return virtual_links_ ? virtual_links_->carrier(links_, address.interface)
                        : links_.by_name(address.interface);
}

std::string VirtualAddresses::why_missing(const VirtualAddress& address) const {
  const std::string_view trouble =
      virtual_links_ ? virtual_links_->trouble(address.interface) : std::string_view{};
  if (!trouble.empty()) return std::string(trouble);
  return "interface " + address.interface.str() + " does not exist";
}

// L3: the interface's own route to the network wins.
std::uint32_t VirtualAddresses::route_metric(const VirtualAddress& address) const {
  return virtual_links_ && virtual_links_->has_link(address.interface) ? kVirtualLinkMetric : 0;
}

std::vector<WantedAddress> VirtualAddresses::resolve(AddressReport& report) {
  std::vector<WantedAddress> result;
  positions_.clear();
  if (taken_) report.wanted = static_cast<std::uint32_t>(configured_.size());
  for (std::uint32_t i = 0; i < configured_.size(); ++i) {
    const VirtualAddress& address = configured_[i];
    if (const LinkState* parent = links_.by_name(address.interface)) notice_interface(*parent);
    if (const LinkState* link = link_of(address)) {
      notice_interface(*link);
      positions_.try_emplace({link->index, address.prefix}, i);
      result.push_back({link->index, address.prefix, address.label, route_metric(address)});
    } else if (taken_) {
      add_failure({address, why_missing(address), {}}, report);
    }
  }
  return result;
}

std::vector<WantedAddress> VirtualAddresses::without_unasked(
    std::vector<WantedAddress> wanted, std::span<const ObservedAddress> observed,
    AddressReport& report) {
  std::vector<DuplicateCheck::Question> questions;
  std::erase_if(wanted, [&](const WantedAddress& address) {
    const std::uint32_t position = positions_.at({address.interface_index, address.prefix});
    const VirtualAddress& ours = configured_[position];
    if (!ours.arp_ping || check_.verdict(position) == DuplicateCheck::Verdict::silent) return false;
    if (contains(observed, address)) return false;
    if (const auto mac = check_.answered_by(position))
      add_failure({ours, "in use by " + mac->str() + " (arp_ping)", mac}, report);
    else
      ++report.pending;
    const LinkState& link = *links_.by_name(ours.interface);
    questions.push_back(
        {position, {address.prefix.address, link.index, link.hardware_length, link.mac}});
    return true;
  });
  if (auto asked = check_.ask(questions, now()); !asked) {
    report.error = std::move(asked.error());
    want_repair(later(now(), kRepairRetry));
  }
  return wanted;
}

void VirtualAddresses::execute(std::span<const AddressChange> changes, AddressReport& report) {
  const Time settled_by = later(now(), kSettleTime);
  while (!changes.empty()) {
    if (interrupted_ && interrupted_()) {
      want_repair(now());
      return;
    }
    const auto chunk = changes.first(std::min(changes.size(), kChangesPerChunk));
    changes = changes.subspan(chunk.size());
    auto failures = route_.execute(chunk);
    if (!failures) {
      report.error = std::move(failures.error());
      return;
    }
    await_usable(chunk, *failures, settled_by);
    count_chunk(chunk, *failures, report);
    announce_due(now());
  }
}

// An interface that is down gets no route, so nothing would be waited for.
void VirtualAddresses::await_usable(std::span<const AddressChange> chunk,
                                    const ChunkFailures& failures, Time until) {
  InlineVector<ObservedAddress, kChangesPerChunk> added;
  std::size_t next_failure = 0;
  for (std::uint32_t i = 0; i < chunk.size(); ++i) {
    if (next_failure < failures.size() && failures[next_failure].index == i) {
      ++next_failure;
    } else if (chunk[i].purpose == ChangePurpose::claim) {
      const LinkState* link = links_.by_index(chunk[i].address.interface_index);
      if (link != nullptr && link->up()) added.push_back(chunk[i].address);
    }
  }
  settle(route_, {added.begin(), added.size()}, until);
}

void VirtualAddresses::count_chunk(std::span<const AddressChange> chunk,
                                   const ChunkFailures& failures, AddressReport& report) {
  const Time done = now();
  std::size_t next_failure = 0;
  for (std::uint32_t i = 0; i < chunk.size(); ++i) {
    const AddressChange& change = chunk[i];
    if (next_failure < failures.size() && failures[next_failure].index == i) {
      report_failure(change, failures[next_failure++].errno_value, report);
      want_repair(later(done, kRepairRetry));
    } else if (change.purpose == ChangePurpose::claim) {
      ++report.added;
      if (const auto position = position_of(change.address)) {
        if (configured_[*position].arp_ping) ++report.probed;
        hold(*position, done);
      }
    } else if (change.purpose == ChangePurpose::release) {
      ++report.removed;
    }
  }
}

void VirtualAddresses::hold_routes(AddressReport& report) {
  if (!routes_) return;
  routes_->doubt();
  note_routes(routes_->hold(route_, links_), report);
  route_audit_ = routes_->any() ? later(now(), kRouteAudit) : kNever;
}

void VirtualAddresses::release_routes(AddressReport& report) {
  if (!routes_) return;
  note_routes(routes_->release(route_), report);
  route_audit_ = kNever;
}

void VirtualAddresses::note_routes(const RouteReport& routes, AddressReport& report) {
  report.routes_held = routes.held;
  report.routes_added = routes.added;
  report.routes_removed = routes.removed;
  for (const RouteFailure& failure : routes.failures) {
    VirtualAddress place;
    place.prefix = failure.route.to;
    place.interface = failure.route.interface;
    add_failure({place, failure.reason, {}}, report);
  }
  if (routes.error && !report.error) report.error = routes.error;
  if (routes.error || !routes.failures.empty()) want_repair(later(now(), kRepairRetry));
}

void VirtualAddresses::hold(std::uint32_t position, Time at) {
  held_[position] = true;
  if (configured_[position].gratuitous_arp) schedule_.start(position, at);
}

void VirtualAddresses::report_failure(const AddressChange& change, int errno_value,
                                      AddressReport& report) {
  VirtualAddress address;
  if (const auto position = position_of(change.address)) {
    address = configured_[*position];
  } else {
    address.prefix = change.address.prefix;
    if (const LinkState* link = links_.by_index(change.address.interface_index))
      address.interface = link->name;
  }
  const char* verb = change.adds() ? "cannot add " : "cannot remove ";
  std::string attempt = verb + address.prefix.str() + " on " + address.interface.str();
  const auto failure = fail_errno(std::move(attempt), errno_value);
  add_failure({std::move(address), failure.error().message, {}}, report);
}

void VirtualAddresses::add_failure(AddressFailure failure, AddressReport& report) {
  ++report.failed;
  if (report.failures.size() < kReportedFailures) report.failures.push_back(std::move(failure));
}

void VirtualAddresses::list_foreign(std::span<const ObservedAddress> observed,
                                    const AddressOwner& owner, AddressReport& report) {
  std::vector<IpAddress> ours;
  for (const VirtualAddress& address : configured_) ours.push_back(address.prefix.address);
  for (const ObservedAddress& copy : foreign_copies(observed, ours, owner))
    if (report.foreign.size() < kReportedFailures) report.foreign.push_back(copy.prefix);
}

std::optional<std::uint32_t> VirtualAddresses::position_of(const ObservedAddress& address) const {
  const auto found = positions_.find({address.interface_index, address.prefix});
  if (found == positions_.end()) return std::nullopt;
  return found->second;
}

}  // namespace flywall::netlink
