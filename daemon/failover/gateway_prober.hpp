// Asks the gateways of monitor_gateways, each group of one interval in rounds of its own, so that a
// silent gateway delays none that is asked more often.
//
// Counts rise and fall and gives what changed. What could not be asked (no route, no right) is
// unknown; a gateway whose interface went down is as silent as one that does not answer. For the
// probe thread.
#pragma once

#include <poll.h>

#include <optional>
#include <vector>

#include "daemon/failover/probe_aim.hpp"

namespace flywall::failover {

class GatewayProber {
 public:
  static constexpr std::size_t kGateways = 128;
  // Different intervals beyond this join the group that asks next more often.
  static constexpr std::size_t kGroups = 8;
  static constexpr Duration kLongestPatience = 500ms;  // with an answer; never over the interval

  explicit GatewayProber(std::uint64_t seed) : seed_(seed) {}

  // The first question leaves at once. One more than kGateways is never asked.
  void watch(const probe_order::WatchGateway& order, Time now);
  void forget(ProbeHandle handle);

  void add_fds(std::vector<pollfd>& waiting) const;
  Time deadline() const;
  // Reads, sends and judges what is due; appends what changed.
  void work(ProbeAim& aim, Time now, std::vector<ProbeFinding>& findings);

 private:
  struct Gateway {
    probe_order::WatchGateway order;
    MonitorCount count;
    InlineText<120> told;       // the detail last given
    std::uint32_t through = 0;  // the interface by which it was asked last
  };
  struct Group {
    Duration interval{};
    std::optional<netlink::NeighbourProbe> probe;
    std::vector<ProbeHandle> asked;  // of the running round, in its order
    Time next_round;
  };

  Group* group_for(Duration interval);
  void begin_round(Group& group, ProbeAim& aim, Time now, std::vector<ProbeFinding>& findings);
  void judge(const Group& group, const std::vector<netlink::ProbeResult>& results,
             std::vector<ProbeFinding>& findings);
  void judge_unasked(Gateway& gateway, const ProbeAim& aim, const std::string& reason,
                     std::vector<ProbeFinding>& findings);
  static void count(Gateway& gateway, ProbeVerdict verdict, const std::string& detail,
                    std::vector<ProbeFinding>& findings);
  void drop_empty_groups();

  std::uint64_t seed_;
  std::vector<Gateway> gateways_;
  std::vector<Group> groups_;  // by interval
};

}  // namespace flywall::failover
