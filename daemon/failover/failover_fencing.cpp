// When the failover loop has another node switched off (`fencing`), and when it waits for that.
//
// A takeover from a primary that fell silent, or by an operator whom no living primary gives the
// role, calls the script as the addresses are taken, and waits for nothing. With `required`, or
// `promote --fenced`, the addresses are taken after the script has succeeded; if it fails they are
// refused, and the node tries again later. Whoever gave the role up by its own word, or by its last
// will, is not switched off.
#include <utility>

#include "daemon/failover/failover_loop.hpp"

namespace flywall::failover {

namespace {

namespace action = heartbeat::action;
namespace event = heartbeat::event;
namespace message = processes::message;
using heartbeat::Reason;

}  // namespace

// Nothing: this promotion may begin.
std::optional<std::string_view> FailoverLoop::fencing_refusal(
    const message::PromoteRequest& asked) const {
  const bool voted = setting_.policy.quorum == heartbeat::Quorum::majority && !asked.force;
  if (asked.fencing != message::PromoteRequest::Fencing::always || setting_.fencing || voted)
    return std::nullopt;
  return "nothing would fence the other node: there is no fencing.script and no majority";
}

void FailoverLoop::consider_fencing(const action::Transition& transition) {
  using Wish = message::PromoteRequest::Fencing;
  if (transition.to != heartbeat::State::taking_over) return;
  const bool promoted = transition.reason == Reason::promoted;
  const auto wish =
      promoted ? std::exchange(promotion_.fencing, Wish::configured) : Wish::configured;
  const bool alone = promotion_.force || !snapshot_.holder_known;
  fencing_.reset();
  if (!setting_.fencing || wish == Wish::never) return;
  if (owed_ && !promoted && transition.reason != Reason::handed_over) {
    fencing_ = owed_;
    fencing_->epoch = transition.claim.epoch;
  }
  if (!(transition.reason == Reason::peer_silent || (promoted && alone))) return;
  fencing_ = message::Fence{.epoch = transition.claim.epoch,
                            .peer = transition.peer ? peers_.node(*transition.peer) : NodeId{},
                            .reason = transition.reason,
                            .required = setting_.fencing_required || wish == Wish::always};
  if (fencing_->peer.empty() && peers_.size() > 0) fencing_->peer = peers_.node(PeerIndex{0});
}

void FailoverLoop::carry_out(const action::TakeAddresses& take) {
  const auto fencing = std::exchange(fencing_, std::nullopt);
  awaited_.reset();
  if (fencing) post(*fencing);
  if (!fencing || !fencing->required)
    return order_addresses({.kind = AddressOrder::Kind::take, .epoch = take.epoch});
  awaited_ = take.epoch;
  if (setting_.fencing_required) owed_ = fencing;
  if (!services_) unfenced_ = take.epoch;
}

void FailoverLoop::obey(const message::Fenced& answer) {
  if (awaited_ != answer.epoch) return;
  awaited_.reset();
  if (answer.done) owed_.reset();
  if (answer.done)
    order_addresses({.kind = AddressOrder::Kind::take, .epoch = answer.epoch});
  else
    advance(event::AddressesRefused{answer.epoch});
}

}  // namespace flywall::failover
