#include "tests/simulation/checkers/speech.hpp"

#include <algorithm>

namespace flywall::simulation {

void SpeechChecker::resumed(std::size_t machine) {
  const Body& body = truth_.body[machine];
  const heartbeat::Policy& policy = plan_.node[body.node].policy;
  Duration limit = policy.detection / 2;
  if (policy.quorum == heartbeat::Quorum::none) limit = std::max(limit, heartbeat::kShortestPause);
  // A gap begins when the process should have run: at the latest one interval after it was stopped.
  const Duration pause = truth_.now - body.paused_at;
  views_[machine].since += std::max(0ns, pause - policy.interval);
  if (pause < limit + policy.interval + policy.interval / 10) return;
  views_[machine].since = truth_.now;
  views_[machine].must_ask = true;
  views_[machine].drained = views_[machine].heard = false;
}

void SpeechChecker::spoke(std::size_t machine, int copies) {
  View& view = views_[machine];
  const Body& body = truth_.body[machine];
  const heartbeat::Policy& policy = plan_.node[body.node].policy;
  if (view.must_ask) {
    const bool waited = truth_.now - view.since >= policy.detection * 999 / 1000;
    if (!view.drained)
      findings_.report("E13", name(machine) + " speaks after a pause with unread sockets",
                       truth_.now);
    if (!view.heard && !waited)
      findings_.report("E13", name(machine) + " speaks after a pause though nobody was heard",
                       truth_.now);
    view.must_ask = false;
  }
  const Duration age = truth_.now - body.started;
  const std::int64_t window = age / policy.interval;
  if (window != view.window) view.in_window = 0;
  if (window / kWindows != view.windows) view.in_windows = 0;
  view.window = window;
  view.windows = window / kWindows;
  view.in_window += copies;
  view.in_windows += copies;
  if (view.in_window > kMaxInWindow || view.in_windows > kMaxInWindows)
    findings_.report("E12", name(machine) + " says more in an interval than it may", truth_.now);
}

void SpeechChecker::ticked(std::size_t machine) {
  View& view = views_[machine];
  const Body& body = truth_.body[machine];
  const std::int64_t window = (truth_.now - body.started) / plan_.node[body.node].policy.interval;
  if (window != view.tick_window) view.ticks = 0;
  view.tick_window = window;
  if (++view.ticks > kMaxTicksInWindow)
    findings_.report("E12", name(machine) + " asks for the time without end", truth_.now);
}

}  // namespace flywall::simulation
