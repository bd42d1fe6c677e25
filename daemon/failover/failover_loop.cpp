#include "daemon/failover/failover_loop.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "daemon/failover/privileges.hpp"

namespace flywall::failover {

namespace {

namespace action = heartbeat::action;
namespace event = heartbeat::event;
namespace message = processes::message;

constexpr Duration kLongestSleep = 1s;  // the status is published at least this often
constexpr std::size_t kDrainBatches =
    8 * heartbeat::kMaxBatches;  // more than a receive buffer holds
constexpr int kMaxEpollEvents = 8;
constexpr int kLinkReads = 16;  // per wake-up

bool is_answered(AddressOrder::Kind kind) {
  switch (kind) {
    case AddressOrder::Kind::take:
    case AddressOrder::Kind::quiet:
    case AddressOrder::Kind::drop:
    case AddressOrder::Kind::configure:
      return true;
    case AddressOrder::Kind::hurry:
    case AddressOrder::Kind::announce:
    case AddressOrder::Kind::look_again:
    case AddressOrder::Kind::stop:
      return false;
  }
  return false;
}

bool watch(const Descriptor& poll, int fd) {
  epoll_event interest{};
  interest.events = EPOLLIN;
  interest.data.fd = fd;
  return ::epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &interest) == 0;
}

}  // namespace

Result<FailoverLoop> FailoverLoop::create(const LoopSetting& setting, const Parts& parts) {
  Descriptor poll(::epoll_create1(EPOLL_CLOEXEC));
  bool watched = static_cast<bool>(poll);
  for (const int fd : parts.transport.descriptors()) watched = watched && watch(poll, fd);
  for (const int fd : {parts.links.fd(), parts.addresses.outcomes().fd(),
                       parts.probes.findings().fd(), parts.orders.fd()})
    watched = watched && watch(poll, fd);
  if (!watched) return fail_errno("cannot set up the failover loop", errno);
  return FailoverLoop(setting, parts, std::move(poll));
}

FailoverLoop::FailoverLoop(const LoopSetting& setting, const Parts& parts, Descriptor poll)
    : setting_(setting),
      parts_(parts),
      poll_(std::move(poll)),
      election_(setting.policy, now()),
      peers_({setting.policy.self, setting.instance, setting.policy.detection},
             parts.sealers.heartbeats, setting.peers),
      witnesses_({setting.policy.self, setting.instance}, parts.sealers.votes, setting.witnesses),
      conditions_(setting.watched, now()),
      journal_(parts.log),
      now_(now()),
      gate_(parts.addresses.gate()),
      gone_(setting.swept) {
  gate_.fence_forwarding(setting.fence_forwarding);
  snapshot_.started = now_;
  snapshot_.instance = setting.instance;
  snapshot_.node = setting.policy.self;
  snapshot_.memory_locked = setting.memory_locked;
  snapshot_.address_count = setting.address_count;
  snapshot_.address_digest = setting.policy.address_digest;
}

void FailoverLoop::run() {
  name_thread("failover");
  snapshot_.realtime = become_realtime(kFailoverPriority);
  advance(event::Tick{});
  follow_conditions();
  while (!done_) {
    wait();
    read_sockets(heartbeat::kMaxBatches);
    read_links();
    read_outcomes();
    read_orders();
    read_services();
    read_conditions();
    advance(event::Tick{});
    renew_fence();
    tend_witnesses();
    if (services_) outbox_.flush(*services_);
    if (services_) journal_.flush(*services_);
    if (wills_stale_ || willed_ != election_.claim().epoch) renew_wills();
    publish();
    parts_.turns.fetch_add(1, std::memory_order_relaxed);
  }
  publish();
}

void FailoverLoop::wait() {
  const Time next = std::min(election_.deadline(), conditions_.deadline());
  const Duration left = std::clamp(next - now(), Duration{0}, Duration(kLongestSleep));
  timespec timeout{};
  timeout.tv_sec = left / 1s;
  timeout.tv_nsec = (left % 1s).count();
  std::array<epoll_event, kMaxEpollEvents> events;
  ::epoll_pwait2(poll_.get(), events.data(), kMaxEpollEvents, &timeout, nullptr);
}

// What arrives while reading may ask for reading: that is answered once the sockets are empty.
void FailoverLoop::read_sockets(std::size_t batches) {
  reading_ = true;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const auto arrivals = parts_.transport.receive();
    if (arrivals.empty()) break;
    for (const heartbeat::Arrival& arrival : arrivals) digest(arrival);
  }
  reading_ = false;
  if (drain_requested_) settle();
}

void FailoverLoop::digest(const heartbeat::Arrival& arrival) {
  if (NodeWitnesses::is_answer(arrival.bytes)) return hear_witness(arrival);
  const auto believed = peers_.receive(arrival, now());
  if (peers_.namesakes() != namesakes_) warn_of_duplicate(setting_.policy.self);
  namesakes_ = peers_.namesakes();
  if (!believed) return;
  wills_stale_ |= believed->paths_changed;
  if (believed->will) {
    advance(event::Departed{believed->peer});
    return;
  }
  warn_of_mismatch(believed->peer, *believed->statement);
  changed_ |= snapshot_.peers[believed->peer.value].state != believed->statement->state;
  if (believed->receipt.duplicate_node) warn_of_duplicate(believed->statement->sender);
  const bool fresh = believed->receipt.verdict == heartbeat::Verdict::fresh;
  advance(
      event::Heard{.peer = believed->peer,
                   .path = believed->path,
                   .freshness = fresh ? heartbeat::Freshness::fresh : heartbeat::Freshness::deaf,
                   .new_instance = believed->receipt.new_instance,
                   .newest = believed->receipt.newest,
                   .round_trip = believed->round_trip,
                   .said_after = believed->receipt.said_after,
                   .tag = peers_.tag(believed->peer),
                   .statement = *believed->statement});
}

// Election's actions are carried out in their order. What they ask of the sockets is done after
// them.
void FailoverLoop::advance(const heartbeat::Event& what) {
  now_ = now();
  const heartbeat::Actions& actions = election_.step(now_, what);
  renew_fence();
  for (const heartbeat::Action& action : actions)
    std::visit([this](const auto& wish) { carry_out(wish); }, action);
  if (prepared_) advance(event::Prepared{*std::exchange(prepared_, std::nullopt)});
  if (unfenced_) obey(message::Fenced{.epoch = *std::exchange(unfenced_, std::nullopt)});
  if (drain_requested_ && !reading_) settle();
}

void FailoverLoop::settle() {
  drain_requested_ = false;
  read_sockets(kDrainBatches);
  advance(event::SocketsDrained{});
}

void FailoverLoop::carry_out(const action::Speak& speak) {
  spoken_ = now_;
  peers_.speak(parts_.transport, election_.statement(), speak.copies, now_);
}

void FailoverLoop::carry_out(const action::DropAddresses& drop) {
  awaited_.reset();
  order_addresses({.kind = AddressOrder::Kind::drop, .linger = drop.linger});
}

void FailoverLoop::carry_out(const action::QuietAddresses&) {
  order_addresses({.kind = AddressOrder::Kind::quiet});
}

void FailoverLoop::carry_out(const action::Announce&) {
  order_addresses({.kind = AddressOrder::Kind::announce});
}

void FailoverLoop::carry_out(const action::DrainSockets&) { drain_requested_ = true; }

void FailoverLoop::carry_out(const action::ReserveEpochs& reserve) {
  reservation_ = reserve.up_to;
  post(message::ReserveEpochs{reserve.up_to});
}

void FailoverLoop::carry_out(const action::Stopped&) {
  post(message::Farewell{});
  done_ = true;
}

void FailoverLoop::order_addresses(AddressOrder order) {
  order.given = now_;
  if (is_answered(order.kind)) ++unanswered_;
  parts_.addresses.orders().put(order);
}

void FailoverLoop::read_links() {
  for (int i = 0; i < kLinkReads; ++i) {
    const netlink::LinkEvents events = parts_.links.read();
    if (!events.links.empty()) links_heard_ = now();
    for (const netlink::LinkState& state : events.links) note_link(state);
    if (events.overrun) parts_.pleas.put({Plea::links_again});
    if (!events.more) return;
  }
}

void FailoverLoop::read_outcomes() {
  AddressThread::Outcomes& outcomes = parts_.addresses.outcomes();
  if (outcomes.empty()) return;
  outcomes.acknowledge();
  while (const auto outcome = outcomes.take()) note_outcome(*outcome);
}

void FailoverLoop::read_orders() {
  if (parts_.orders.empty()) return;
  parts_.orders.acknowledge();
  while (const auto order = parts_.orders.take())
    std::visit([this](const auto& what) { obey(what); }, *order);
}

void FailoverLoop::read_services() {
  processes::ToFailover message;
  while (services_) {
    switch (services_->receive(message)) {
      case processes::Received::nothing:
        return;
      case processes::Received::closed:
        lose_services();
        return;
      case processes::Received::message:
        std::visit([this](const auto& what) { obey(what); }, message);
    }
  }
}

// Said again, it is meant: what still lingers goes at once.
void FailoverLoop::obey(const order::Stop&) {
  advance(event::StopRequested{});
  if (std::exchange(stopping_, true)) order_addresses({.kind = AddressOrder::Kind::hurry});
}

void FailoverLoop::obey(const order::ServicesStarted& started) {
  services_.emplace(Descriptor(started.socket));
  watch(poll_, services_->fd());
  wills_stale_ = true;
  changed_ = true;
  snapshot_.services_restarts = started.restarts;
  if (started.restarts > 0) write(entry(processes::Happening::services_restarted));
  if (reservation_) post(message::ReserveEpochs{*reservation_});
}

void FailoverLoop::obey(const order::Served& served) {
  wills_stale_ |= peers_.serve(served.networks);
  conditions_.serve(served.networks, moment());
  paths_changed_ = true;
}

// What the watch said meanwhile is newer than this dump: another one has to be made.
void FailoverLoop::obey(const order::Link& link) {
  if (link.looked_at > links_heard_)
    note_link(link.state);
  else
    parts_.pleas.put({Plea::links_again});
}

void FailoverLoop::obey(const message::EpochsReserved& reserved) {
  if (reservation_ && reserved.up_to >= *reservation_) reservation_.reset();
  snapshot_.epochs_reserved = true;
  advance(event::EpochsReserved{reserved.floor, reserved.up_to});
}

void FailoverLoop::obey(const message::EpochsUnavailable& unavailable) {
  snapshot_.epochs_reserved = false;
  auto report = entry(processes::Happening::epoch_unreserved);
  report.detail = unavailable.detail;
  write(report);
}

void FailoverLoop::obey(const message::PeerResolved& resolved) {
  if (resolved.configuration == configuration_) wills_stale_ |= peers_.resolved(resolved);
}

void FailoverLoop::renew_wills() {
  if (!services_) return;
  wills_stale_ = false;
  willed_ = election_.claim().epoch;
  peers_.make_wills(willed_, [this](const message::LastWill& will) {
    if (!services_->send(will)) wills_stale_ = true;
  });
}

}  // namespace flywall::failover
