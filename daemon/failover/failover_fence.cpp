// How the failover loop holds the addresses to its lease (E7): it stores a deadline, the kernel
// compares. Nothing here waits or calls the system.
#include <algorithm>

#include "daemon/failover/failover_loop.hpp"

namespace flywall::failover {

namespace {

// After so long every neighbour has heard the new primary announce itself (announcement_schedule).
constexpr Duration kAnnounced = 5s;

}  // namespace

// Whoever holds the role without a right to it at this moment renews nothing: the deadline stands.
void FailoverLoop::renew_fence() {
  const auto lease = election_.lease_until();
  const auto lingering = election_.lingers_until();
  if (election_.holds()) lost_at_ = now_;
  if (lease) {
    gate_.open_until(serves_until(*lease));
  } else if (election_.holds()) {
    if (!election_.muted()) gate_.close();
  } else if (lingering) {
    lost_at_.reset();
    gate_.open_until(*lingering);
  } else if (!gate_.is_idle()) {
    may_idle() ? gate_.idle() : gate_.close();
  }
}

// Without a quorum the peers count from the last word they heard, and so does this node.
Time FailoverLoop::serves_until(Time lease) const {
  if (setting_.policy.quorum == heartbeat::Quorum::majority) return lease;
  return std::min(lease, later(spoken_, setting_.policy.detection));
}

// Neighbours that have not heard of the new primary go on sending here what shall be forwarded.
bool FailoverLoop::may_idle() const {
  if (!gone_ || unanswered_ > 0) return false;
  if (!setting_.fence_forwarding) return true;
  return election_.holder() && (!lost_at_ || now_ - *lost_at_ >= kAnnounced);
}

void FailoverLoop::note_fence(const AddressOutcome& outcome) {
  if (outcome.kind != AddressOutcome::Kind::changed && unanswered_ > 0) --unanswered_;
  gone_ = outcome.gone;
  if (outcome.overtaken) return;
  snapshot_.fence.kind = outcome.fence;
  if (outcome.fence_trouble == snapshot_.fence.trouble) return;
  snapshot_.fence.trouble = outcome.fence_trouble;
  changed_ = true;
  if (outcome.fence_trouble.empty()) return;
  auto report = entry(processes::Happening::fence_trouble);
  report.detail = outcome.fence_trouble;
  write(report);
}

void FailoverLoop::describe_fence(processes::FenceStatus& fence) const {
  fence.idle = gate_.is_idle();
  fence.forwarding = setting_.fence_forwarding;
  fence.until = fence.idle ? Time{} : gate_.deadline();
}

}  // namespace flywall::failover
