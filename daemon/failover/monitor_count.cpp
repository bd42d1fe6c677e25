#include "daemon/failover/monitor_count.hpp"

#include <algorithm>

namespace flywall::failover {

bool MonitorCount::count(ProbeVerdict verdict) {
  switch (verdict) {
    case ProbeVerdict::unknown:
      return false;
    case ProbeVerdict::good:
      bad_ = 0;
      good_ = std::min(good_ + 1, policy_.rise);
      return good_ >= policy_.rise && change(MonitorState::up);
    case ProbeVerdict::bad:
      good_ = 0;
      bad_ = std::min(bad_ + 1, policy_.fall);
      return bad_ >= policy_.fall && change(MonitorState::down);
  }
  return false;
}

bool MonitorCount::settle(ProbeVerdict verdict) {
  if (verdict == ProbeVerdict::unknown) return false;
  const bool good = verdict == ProbeVerdict::good;
  good_ = good ? policy_.rise : 0;
  bad_ = good ? 0 : policy_.fall;
  return change(good ? MonitorState::up : MonitorState::down);
}

bool MonitorCount::undecided() const {
  return (good_ > 0 && state_ != MonitorState::up) || (bad_ > 0 && state_ != MonitorState::down);
}

bool MonitorCount::change(MonitorState state) {
  const bool changed = state_ != state;
  state_ = state;
  return changed;
}

}  // namespace flywall::failover
