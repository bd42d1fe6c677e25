// The preferred node takes its role back (E10): after its delay, at most once per window.
#include <algorithm>

#include "heartbeat/election.hpp"

namespace flywall::heartbeat {

bool Election::fails_back_by_itself() const {
  if (policy_.failback == Failback::disabled) return false;
  return failback_switch_.value_or(policy_.failback == Failback::automatic);
}

// Without a fault, and better than a holder that hears us: among equals nobody moves.
bool Election::is_preferred() const {
  if (fault_ != FaultClass::none || !accepts_offer() || !policy_.takeover || !has_quorum())
    return false;
  const Peer* holder = heard_holder();
  return holder && hears_us(*holder) && own_rank() < holder->statement.rank;
}

void Election::consider_failback() {
  auto* following = std::get_if<Following>(&role_);
  if (!following) return;
  const bool wished = following->wishes;
  following->wishes = false;
  if (!fails_back_by_itself() || !is_preferred()) {
    following->preferred_since.reset();
    return;
  }
  if (!following->preferred_since) following->preferred_since = now_;
  following->wishes = now_ >= ready_at(*following);
  if (following->wishes && !wished) speak();
}

Time Election::ready_at(const Following& following) const {
  const Time fit = later(*following.preferred_since, policy_.failback_delay);
  return std::max(fit, damped_until_.value_or(fit));
}

// A preferred node that crashes again and again forgets that it took the role back: who gave it
// remembers.
void Election::remember_failback(PeerIndex to) {
  peers_[to.value].failed_back = now_;
  peers_[to.value].forgot_failback = false;
}

Time Election::damped_until(const Peer& peer) const {
  if (!peer.failed_back || !peer.forgot_failback) return now_;
  return later(*peer.failed_back, policy_.failback_window);
}

FailbackView Election::failback() const {
  FailbackView view;
  view.enabled = fails_back_by_itself();
  const auto* following = std::get_if<Following>(&role_);
  if (following && following->preferred_since && fails_back_by_itself())
    view.ready_at = ready_at(*following);
  Time damped = damped_until_.value_or(now_);
  if (holds())
    for (const Peer& peer : peers()) damped = std::max(damped, damped_until(peer));
  if (damped > now_) view.damped_until = damped;
  return view;
}

bool Election::accepts_offer() const {
  const auto* following = std::get_if<Following>(&role_);
  return following && !following->abstain_until;
}

Wish Election::wish() const {
  if (const auto* holding = std::get_if<Holding>(&role_))
    return holding->forced ? Wish::force : Wish::none;
  const auto* following = std::get_if<Following>(&role_);
  if (!following) return Wish::none;
  if (wanted_) return wanted_->force ? Wish::force : Wish::promote;
  return following->wishes ? Wish::failback : Wish::none;
}

}  // namespace flywall::heartbeat
