#include "daemon/failover/network_inquiry.hpp"

#include <algorithm>

namespace flywall::failover {

using netlink::ProbeResult;

void NetworkInquiry::add_fds(std::vector<pollfd>& waiting) const {
  if (!probe_ || !probe_->busy()) return;
  for (const int fd : probe_->fds()) waiting.push_back({fd, POLLIN, 0});
}

Time NetworkInquiry::deadline() const {
  return probe_ && probe_->busy() ? probe_->deadline() : next_round_;
}

void NetworkInquiry::work(ProbeAim& aim, Time now, std::vector<ProbeFinding>& findings) {
  if (probe_ && probe_->busy()) {
    probe_->on_readable(now);
    if (const auto results = probe_->on_deadline(now); !results.empty())
      judge(results, now, findings);
  }
  const bool busy = probe_ && probe_->busy();
  if (!busy && now >= next_round_) begin_round(aim, now, findings);
}

void NetworkInquiry::begin_round(ProbeAim& aim, Time now, std::vector<ProbeFinding>& findings) {
  next_round_ = now + kPause;
  if (!probe_) {
    auto probe = netlink::NeighbourProbe::create(seed_);
    if (!probe) return tell(MonitorState::unknown, probe.error().message, findings);
    probe_ = std::move(*probe);
  }
  if (witnesses_.empty()) witnesses_ = aim.witnesses(order_);
  if (witnesses_.empty())
    return tell(MonitorState::unknown, "the peers are silent here and nobody is known to ask",
                findings);
  probe_->ask(witnesses_, now, kPatience);
}

void NetworkInquiry::judge(const std::vector<ProbeResult>& results, Time now,
                           std::vector<ProbeFinding>& findings) {
  using enum netlink::ProbeOutcome;
  const auto answer = std::ranges::find(results, answered, &ProbeResult::outcome);
  const auto silence = std::ranges::find(results, silent, &ProbeResult::outcome);
  if (answer != results.end()) {
    count_.count(ProbeVerdict::good);
    return tell(count_.state(),
                "the peers are silent here, " + answer->target.address.str() + " answers",
                findings);
  }
  if (silence == results.end())
    return tell(count_.state(), "the peers are silent here and nobody can be asked", findings);
  count_.count(ProbeVerdict::bad);
  if (count_.state() == MonitorState::down)
    return tell(count_.state(),
                "nobody answers, " + std::to_string(results.size()) + " asked, first " +
                    results.front().target.address.str(),
                findings);
  next_round_ = now;  // the next at once: it may decide
}

// What changes with every round for one who is answered is not news.
void NetworkInquiry::tell(MonitorState state, const std::string& detail,
                          std::vector<ProbeFinding>& findings) {
  if (told_ && told_->state == state && state != MonitorState::unknown) return;
  const ProbeFinding outcome{order_.handle, state, InlineText<120>::cut(detail)};
  if (told_ && told_->state == state && told_->detail == outcome.detail) return;
  told_ = outcome;
  findings.push_back(outcome);
}

}  // namespace flywall::failover
