// How the failover loop changes over to another configuration between two heartbeats.
#include <utility>

#include "daemon/failover/failover_loop.hpp"
#include "daemon/failover/reload.hpp"

namespace flywall::failover {

namespace message = processes::message;

void FailoverLoop::obey(const message::ReloadRequest& asked) {
  const auto number = open_petition(asked.request, asked.by, "reload");
  if (!parts_.pleas.put({Plea::reload, number}))
    answer_petition(number, false, heartbeat::Reason::none, "too many requests at once");
}

// Only values that are ready, and nothing is freed here.
void FailoverLoop::obey(const order::Reconfigure& wanted) {
  reload_ = wanted.reload;
  std::swap(setting_, reload_->loop);
  if (reload_->sealers) {
    peers_.reseal(reload_->sealers->heartbeats);
    witnesses_.reseal(reload_->sealers->votes);
  }
  witnesses_.reconfigure(setting_.witnesses);
  const auto former = peers_.reconfigure(setting_.peers, setting_.policy.detection);
  conditions_.reconfigure(setting_.watched, moment());
  gate_.fence_forwarding(setting_.fence_forwarding);
  snapshot_.reloads = ++configuration_;
  snapshot_.last_reload_good = true;
  snapshot_.address_count = setting_.address_count;
  snapshot_.address_digest = setting_.policy.address_digest;
  snapshot_.peers = {};
  mismatch_ = {};
  wills_stale_ = paths_changed_ = changed_ = true;
  post(message::Reconfigured{configuration_});
  order_addresses({.kind = AddressOrder::Kind::configure, .setting = &reload_->addresses});
  advance(heartbeat::event::PolicyChanged{setting_.policy, former});
  follow_conditions();
}

// The address thread has what it needs: the rest of it goes back to where it was made.
void FailoverLoop::finish_reload() {
  const Reload& reload = *std::exchange(reload_, nullptr);
  auto report = entry(processes::Happening::reloaded);
  report.count = reload.changes;
  report.detail = reload.remark;
  write(report);
  answer_petition(reload.petition, true, heartbeat::Reason::none, reload.outcome.view());
  parts_.pleas.put({Plea::reloaded});
}

void FailoverLoop::obey(const order::ReloadRefused& refused) {
  snapshot_.last_reload_good = false;
  changed_ = true;
  auto report = entry(processes::Happening::reload_refused);
  report.detail = InlineText<120>::cut(refused.why.view());
  write(report);
  answer_petition(refused.petition, false, heartbeat::Reason::none, refused.why.view());
}

}  // namespace flywall::failover
