// E5: the peers are silent on a served network. Does anybody there still answer?
//
// Asks a few times in quick succession, then once a second while it lasts. Nobody answers though
// some were asked: this node is deaf there. Nobody to ask: unknown. Those who are asked are chosen
// once, so that who goes away for lack of traffic stays a witness. For the probe thread.
#pragma once

#include <poll.h>

#include <optional>
#include <vector>

#include "daemon/failover/probe_aim.hpp"

namespace flywall::failover {

class NetworkInquiry {
 public:
  static constexpr std::uint32_t kRounds = 3;  // in a row without any answer: deaf
  static constexpr Duration kPatience = 100ms;
  static constexpr Duration kPause = 1s;

  NetworkInquiry(const probe_order::AskNetwork& order, std::uint64_t seed, Time now)
      : order_(order), seed_(seed), next_round_(now) {}

  ProbeHandle handle() const { return order_.handle; }
  void add_fds(std::vector<pollfd>& waiting) const;
  Time deadline() const;
  void work(ProbeAim& aim, Time now, std::vector<ProbeFinding>& findings);

 private:
  void begin_round(ProbeAim& aim, Time now, std::vector<ProbeFinding>& findings);
  void judge(const std::vector<netlink::ProbeResult>& results, Time now,
             std::vector<ProbeFinding>& findings);
  void tell(MonitorState state, const std::string& detail, std::vector<ProbeFinding>& findings);

  probe_order::AskNetwork order_;
  std::uint64_t seed_;
  std::optional<netlink::NeighbourProbe> probe_;
  std::vector<netlink::ProbeTarget> witnesses_;
  MonitorCount count_{{.rise = 1, .fall = kRounds}};
  std::optional<ProbeFinding> told_;
  Time next_round_;
};

}  // namespace flywall::failover
