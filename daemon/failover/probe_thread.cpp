#include "daemon/failover/probe_thread.hpp"

#include <poll.h>

#include <algorithm>

#include "base/clock.hpp"
#include "daemon/failover/privileges.hpp"

namespace flywall::failover {

namespace {

constexpr Duration kLongestProbeWait = 1h;
constexpr Duration kGiveAgain = 20ms;  // when the failover thread took nothing

}  // namespace

ProbeThread::ProbeThread(ProbeAim aim, std::uint64_t seed)
    : aim_(std::move(aim)), seed_(seed), gateways_(~seed) {
  thread_ = std::thread([this] { run(); });
}

ProbeThread::~ProbeThread() {
  stopping_ = true;
  orders_.put(probe_order::Forget{});  // wakes it
  thread_.join();
}

void ProbeThread::run() {
  name_thread("probes");
  while (!stopping_) {
    wait();
    orders_.acknowledge();
    while (const auto order = orders_.take())
      std::visit([this](const auto& what) { obey(what); }, *order);
    work();
    give();
  }
}

void ProbeThread::wait() {
  std::vector<pollfd> waiting{{orders_.fd(), POLLIN, 0}};
  gateways_.add_fds(waiting);
  Time next = gateways_.deadline();
  for (const NetworkInquiry& inquiry : inquiries_) {
    inquiry.add_fds(waiting);
    next = std::min(next, inquiry.deadline());
  }
  if (!waiting_.empty()) next = std::min(next, now() + kGiveAgain);
  const Duration left = std::clamp<Duration>(next - now(), 0ns, kLongestProbeWait);
  timespec timeout{};
  timeout.tv_sec = left / 1s;
  timeout.tv_nsec = (left % 1s).count();
  ::ppoll(waiting.data(), waiting.size(), &timeout, nullptr);
}

void ProbeThread::obey(const probe_order::WatchGateway& order) { gateways_.watch(order, now()); }

void ProbeThread::obey(const probe_order::AskNetwork& order) {
  if (inquiries_.size() < kInquiries) inquiries_.emplace_back(order, ++seed_, now());
}

void ProbeThread::obey(const probe_order::Forget& order) {
  gateways_.forget(order.handle);
  std::erase_if(inquiries_,
                [&](const NetworkInquiry& known) { return known.handle() == order.handle; });
  std::erase_if(waiting_, [&](const ProbeFinding& old) { return old.handle == order.handle; });
}

void ProbeThread::work() {
  std::vector<ProbeFinding> fresh;
  gateways_.work(aim_, now(), fresh);
  for (NetworkInquiry& inquiry : inquiries_) inquiry.work(aim_, now(), fresh);
  for (const ProbeFinding& outcome : fresh) {
    std::erase_if(waiting_, [&](const ProbeFinding& old) { return old.handle == outcome.handle; });
    waiting_.push_back(outcome);
  }
}

void ProbeThread::give() {
  const auto kept = std::ranges::find_if_not(
      waiting_, [this](const ProbeFinding& finding) { return findings_.put(finding); });
  waiting_.erase(waiting_.begin(), kept);
}

}  // namespace flywall::failover
