// When the scripts of a change of role run. Pure: no clock, no process.
//
// A change runs from one settled role (backup, primary, fault, drained, init) to the next; what
// lies between (taking_over, handing_over) belongs to it. Scripts run for changes that gain or lose
// the role of primary, and see the settled roles:
//
//   pre_failover   gaining it: when the taking over begins, beside it, never before it;
//                  giving it up as planned: before anything else happens, and the election waits
//                  for the answer (within the time limit)
//   post_failover  when the new role has been reached. After a `pre` there is always a `post`,
//                  unless a required `pre` has itself stopped the change; when the change failed,
//                  its FROM and TO are the same role.
//
// What was lost without a plan (a fault, a crash of this process) has no `pre`: there was no time
// before it.
//
//   S1  one script at a time, in the order of the changes: `pre` before its `post`
//   S2  at most kMaxWaiting wait; when one more comes, the oldest is skipped and reported
//   S3  Prepare is answered within the limit, whatever runs or hangs
//   S4  nothing runs twice for one change, also across a restart of this process (Progress)
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::tasks {

enum class Hook : std::uint8_t { pre, post };

struct Call {
  Hook hook = Hook::pre;
  heartbeat::State from{};
  heartbeat::State to{};
  heartbeat::Reason reason{};
  Epoch epoch;
  NodeId peer;
  bool planned = false;
  std::optional<Time> answer_by = std::nullopt;  // somebody waits for Prepared until then
};

// What must survive a restart of this process within one life of the failover process.
struct Progress {
  heartbeat::State settled = heartbeat::State::init;  // the role for which everything was begun
  bool opened = false;                                // its end was announced: `pre` was begun

  bool operator==(const Progress&) const = default;
};

inline constexpr std::size_t kMaxWaiting = 4;  // two changes
inline constexpr Duration kShortestRun = 100ms;

class RoleScripts {
 public:
  struct Rules {
    bool has_pre = false;
    bool has_post = false;
    bool pre_required = false;
    Duration limit = 10s;
  };
  struct Begin {
    Call call;
    Duration limit{};
  };
  struct Output {
    std::optional<Begin> begin;
    std::optional<bool> prepared;  // the answer to Prepare
    std::vector<Call> skipped;
  };

  RoleScripts(const Rules& rules, const Progress& progress) : rules_(rules), progress_(progress) {}

  Output prepare(const processes::message::Prepare& asked, Time now);
  Output changed(const processes::message::RoleChanged& change, Time now);
  // The script that ran has ended.
  Output ended(bool good, Time now);
  Output tick(Time now);
  // When tick() is due.
  Time deadline() const;

  void set_rules(const Rules& rules) { rules_ = rules; }
  const Progress& progress() const { return progress_; }
  bool idle() const { return !running_ && waiting_.empty(); }

 private:
  void settle(const processes::message::RoleChanged& change, Output& output);
  void enqueue(Call call, Output& output);
  void begin_next(Time now, Output& output);
  void answer(bool good, Output& output);

  Rules rules_;
  Progress progress_;
  bool handing_over_ = false;  // whatever its reason, such a change is planned
  std::optional<Call> running_;
  std::deque<Call> waiting_;
};

// Whether somebody decided it, rather than something failed.
bool is_planned(heartbeat::Reason reason);

}  // namespace flywall::tasks
