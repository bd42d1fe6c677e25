// When a monitor is down: `fall` bad results in a row, and up: `rise` good ones in a row.
//
// Pure. Knows no kind of monitor and no clock. Before enough results came, the state is unknown; a
// result that says nothing (what cannot be probed is unknown, not failed: E5) counts for neither
// and breaks no row.
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "daemon/processes/snapshot.hpp"

namespace flywall::failover {

using MonitorState = processes::MonitorStatus::State;

enum class ProbeVerdict : std::uint8_t { good, bad, unknown };

class MonitorCount {
 public:
  struct Policy {
    std::uint32_t rise = 1;  // >= 1
    std::uint32_t fall = 1;  // >= 1
    bool operator==(const Policy&) const = default;
  };

  MonitorCount() = default;
  explicit MonitorCount(Policy policy, MonitorState state = MonitorState::unknown)
      : policy_(policy), state_(state) {}

  // True when the state changed by it.
  bool count(ProbeVerdict verdict);
  // The same, with a single result being enough: of the first look at something.
  bool settle(ProbeVerdict verdict);
  // Keeps the state and what was counted.
  void set_policy(Policy policy) { policy_ = policy; }

  MonitorState state() const { return state_; }
  std::uint32_t bad_in_a_row() const { return bad_; }
  // More results like the last one would change the state.
  bool undecided() const;

 private:
  bool change(MonitorState state);

  Policy policy_;
  MonitorState state_ = MonitorState::unknown;
  std::uint32_t good_ = 0;  // in a row; stops counting at the policy's number
  std::uint32_t bad_ = 0;
};

}  // namespace flywall::failover
