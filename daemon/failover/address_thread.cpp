#include "daemon/failover/address_thread.hpp"

#include <poll.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "daemon/failover/privileges.hpp"

namespace flywall::failover {

namespace {

using netlink::AddressReport;
using netlink::AddressWork;

constexpr Duration kLongestWait = 1h;

int milliseconds_until(Time deadline) {
  const Duration left = std::clamp(deadline - now(), Duration{0}, Duration(kLongestWait));
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

void note(AddressOutcome& outcome, AddressOutcome::Note::Kind kind, const std::string& text) {
  outcome.notes.try_push_back({kind, InlineText<120>::cut(text)});
}

}  // namespace

AddressThread::AddressThread(netlink::VirtualAddresses addresses, AddressFence fence)
    : fence_(std::move(fence)), addresses_(std::move(addresses)) {
  addresses_.set_interface_notice(
      [this](std::uint32_t index, bool there) { fence_.follow(index, there); });
  addresses_.set_interrupted(
      [this] { return !orders_.empty() || (addresses_.taken() && fence_.withholds()); });
  thread_ = std::thread([this] { run(); });
}

AddressThread::~AddressThread() {
  orders_.put({.kind = AddressOrder::Kind::stop});
  thread_.join();
}

void AddressThread::run() {
  name_thread("addresses");
  become_realtime(kAddressPriority);
  for (;;) {
    if (fence_.take_news()) tell_of_fence();
    std::vector<pollfd> waiting{{orders_.fd(), POLLIN, 0}};
    for (const int fd : addresses_.fds()) waiting.push_back({fd, POLLIN, 0});
    ::poll(waiting.data(), waiting.size(),
           milliseconds_until(std::min(addresses_.deadline(), fence_.deadline())));
    orders_.acknowledge();
    while (const auto order = orders_.take())
      if (!obey(*order)) return;
    for (std::size_t i = 1; i < waiting.size(); ++i)
      if (waiting[i].revents) notice(addresses_.on_readable(waiting[i].fd, now()));
    if (now() >= fence_.deadline()) fence_.renew();
    if (now() >= addresses_.deadline()) notice(addresses_.on_deadline(now()));
  }
}

bool AddressThread::obey(const AddressOrder& order) {
  switch (order.kind) {
    case AddressOrder::Kind::take: {
      overtake();
      const AddressReport report = addresses_.take();
      // Work that a later order interrupted goes on by itself: that is no refusal.
      const bool nothing = report.wanted > 0 && report.held == 0 && report.pending == 0 &&
                           (report.failed > 0 || report.error);
      answer(nothing ? AddressOutcome::Kind::refused : AddressOutcome::Kind::taken, order, report);
      return true;
    }
    case AddressOrder::Kind::quiet:
      // As long as it goes: whether they leave or stay is the next order's to say. Where it cannot
      // be done they are gone, and nobody learns of them any more either.
      answer(AddressOutcome::Kind::quieted, order, addresses_.quiet(netlink::kLongestLinger));
      return true;
    case AddressOrder::Kind::drop:
      overtake();
      leave(order);
      return true;
    case AddressOrder::Kind::hurry:
      if (leaving_) notice(addresses_.drop());
      return true;
    case AddressOrder::Kind::configure:
      configure(order);
      return true;
    case AddressOrder::Kind::announce:
      addresses_.announce_again(now());
      return true;
    case AddressOrder::Kind::look_again:
      addresses_.look_again(now());
      return true;
    case AddressOrder::Kind::stop:
      addresses_.retire();
      if (addresses_.gone()) fence_.remove();
      return false;
  }
  return false;
}

void AddressThread::leave(const AddressOrder& order) {
  const AddressReport report =
      order.linger > 0ns ? addresses_.quiet(order.linger) : addresses_.drop();
  if (addresses_.lingering())
    leaving_ = order;
  else
    answer(AddressOutcome::Kind::dropped, order, report);
}

void AddressThread::configure(const AddressOrder& order) {
  AddressReport report;
  report.held = held();
  report.routes_held = routes_held_;
  const auto merge = [&](std::optional<AddressReport> next) {
    if (!next) return;
    next->added += report.added;
    next->removed += report.removed;
    report = std::move(*next);
  };
  AddressSetting& setting = *order.setting;
  if (setting.links)
    merge(addresses_.configure_links(setting.cluster_id, std::move(*setting.links)));
  if (setting.addresses) {
    fence_.guard_also(*setting.addresses);
    merge(addresses_.configure(std::move(*setting.addresses)));
    if (report.failed == 0 && !report.error) fence_.guard_only(addresses_.configured());
    if (!addresses_.taken()) report.held = 0;
  }
  if (setting.routes)
    merge(addresses_.configure_routes(setting.route_tag, std::move(*setting.routes)));
  answer(AddressOutcome::Kind::configured, order, report);
}

std::uint32_t AddressThread::held() const {
  return static_cast<std::uint32_t>(std::ranges::count(addresses_.held(), true));
}

void AddressThread::overtake() {
  if (!leaving_) return;
  AddressOutcome outcome;
  outcome.kind = AddressOutcome::Kind::dropped;
  outcome.overtaken = true;
  leaving_.reset();
  give(outcome);
}

// What it says otherwise comes with every outcome.
void AddressThread::tell_of_fence() {
  AddressReport report;
  report.work = AddressWork::quiet;  // of routes nothing is said
  report.held = held();
  give(outcome_of(report));
}

void AddressThread::answer(AddressOutcome::Kind kind, const AddressOrder& order,
                           const AddressReport& report) {
  AddressOutcome outcome = outcome_of(report);
  outcome.kind = kind;
  outcome.epoch = order.epoch;
  outcome.duration = now() - order.given;
  give(outcome);
}

void AddressThread::notice(const std::optional<AddressReport>& report) {
  if (!report) return;
  if (leaving_ && report->work == AddressWork::drop)
    answer(AddressOutcome::Kind::dropped, *std::exchange(leaving_, std::nullopt), *report);
  else
    give(outcome_of(*report));
}

AddressOutcome AddressThread::outcome_of(const AddressReport& report) {
  AddressOutcome outcome;
  outcome.held = report.held;
  outcome.added = report.added;
  outcome.removed = report.removed;
  outcome.failed = report.failed;
  outcome.routes_held = report.work == AddressWork::quiet ? routes_held_ : report.routes_held;
  routes_held_ = outcome.routes_held;
  outcome.repair = report.work == AddressWork::repair && report.added > report.probed;
  outcome.announcements = addresses_.announcements().frames;
  outcome.gone = addresses_.gone();
  outcome.fence = fence_.kind();
  outcome.fence_trouble = InlineText<120>::cut(fence_.trouble());
  const std::vector<bool> held = addresses_.held();
  for (std::size_t i = 0; i < held.size(); ++i)
    if (held[i]) outcome.bits[i / 64] |= std::uint64_t{1} << (i % 64);
  if (report.error) note(outcome, AddressOutcome::Note::Kind::failed, report.error->message);
  for (const netlink::AddressFailure& failure : report.failures) {
    const std::string name =
        failure.address.prefix.str() + " on " + failure.address.interface.str() + ": ";
    if (failure.in_use_by)
      note(outcome, AddressOutcome::Note::Kind::in_use,
           name + "in use by " + failure.in_use_by->str());
    else
      note(outcome, AddressOutcome::Note::Kind::failed, name + failure.reason);
  }
  for (const Prefix& prefix : report.foreign)
    note(outcome, AddressOutcome::Note::Kind::foreign, prefix.str());
  return outcome;
}

// The mailbox holds more outcomes than orders can be under way; when the failover thread is gone,
// nobody wants them.
void AddressThread::give(const AddressOutcome& outcome) {
  if (outcome.added > 0) fence_.renew();
  outcomes_.put(outcome);
}

}  // namespace flywall::failover
