// What is wrong with this node: links, gateways, scripts, services and silent networks together.
//
// Decides the fault class and the penalty with which the node stands for election (E2, E11):
//  - a monitor that is down adds its weight to the priority; with weight 0 the node is in fault
//  - an interface that carries virtual addresses and is down: in fault, whatever its weight
//  - E5: a served network on which the peers are silent, though they live, and where nobody who is
//    asked answers either: this node is deaf there, in fault. Nobody to ask: unknown, not failed
// Redundancy, a lost path that serves nobody, is not judged here.
//
// What fails for both nodes moves nothing, though one of them notices first: a gateway or a network
// that fails counts later on the node that holds the addresses, by as much as the other one may be
// behind; and whatever comes back counts later on a node that does not hold them. Links, scripts
// and services fail at once: they are mostly the node's own.
//
// Pure: knows no socket, thread or log. Leaves orders for the probe thread and reports for history.
// Monitors that stay through `reconfigure` keep their state.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "daemon/failover/link_monitor.hpp"
#include "daemon/failover/probe_order.hpp"
#include "daemon/failover/silent_networks.hpp"
#include "daemon/failover/watched.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/processes/snapshot.hpp"
#include "heartbeat/statement.hpp"

namespace flywall::failover {

class Conditions {
 public:
  using Kind = processes::MonitorStatus::Kind;
  static constexpr std::uint16_t kMaxPenalty = 254;
  // How long the other node's word may be under way.
  static constexpr Duration kTellTime = 200ms;
  // Two cables of one switch may come back so long after each other.
  static constexpr Duration kLinkSettling = 1s;
  // A link that a new configuration names is looked at within this, also when the kernel's lock
  // lets the look wait.
  static constexpr Duration kLookTime = 5s;

  struct Moment {
    Time now;
    bool holds = false;  // this node holds the addresses
  };
  struct Report {  // for history
    Kind kind = Kind::link;
    bool up = false;
    InlineText<120> text;  // "eth1 down", "gateway 10.0.0.1 down: no answer for 3 probes"
  };

  Conditions(const Watched& watched, Time now);
  void reconfigure(const Watched& watched, Moment moment);

  void note(const netlink::LinkState& state, Moment moment);
  void note(const ProbeFinding& outcome, Moment moment);
  void note(const processes::message::MonitorChanged& change, Moment moment);
  void serve(const ServedNetworks& networks, Moment moment);
  // All paths of all peers that live: whenever one of them changes, and after `deadline`.
  void review(std::span<const SilentNetworks::Path> paths, Moment moment);
  Time deadline() const;
  void on_time(Moment moment);

  heartbeat::FaultClass fault() const { return fault_; }
  std::uint16_t penalty() const { return penalty_; }
  void describe(processes::Snapshot& snapshot) const;

  // Emptied by the caller.
  std::vector<Report>& reports() { return reports_; }
  std::vector<ProbeOrder>& orders() { return orders_; }

 private:
  struct Row {
    processes::MonitorStatus shown;
    ProbeHandle handle;         // gateways and networks
    std::uint32_t ifindex = 0;  // networks
    bool over = false;          // a network that is heard again: goes when it counts no more
    Duration late_bad{};
    Duration late_good{};
    bool counts = false;      // against this node
    Time counts_at = kNever;  // when `counts` turns
  };
  using Rows = std::vector<Row>;

  static Rows kept(const Rows& before, Rows wanted);
  static void turn(Row& row, bool counts, Duration delay, Time now);
  void set_links(const Watched& watched, Time now, bool starting);
  void set_gateways(const Watched& watched);
  void set_reported(const Watched& watched);
  void link_changed(std::size_t index, bool first, Moment moment);
  void change(Row& row, MonitorState state, const InlineText<120>& detail, Moment moment);
  void ask_network(std::uint32_t ifindex, std::span<const SilentNetworks::Path> paths, Time now);
  void leave_network(Row& row, Moment moment);
  WitnessList gateways_on(std::uint32_t ifindex) const;
  std::string name_of(std::uint32_t ifindex) const;
  void tell_own();
  void weigh(Time now);
  template <class Self, class Work>
  static void each_row(Self& self, const Work& work);

  LinkMonitor monitor_;
  SilentNetworks silent_;
  std::vector<config::MonitorGateway> gateways_;  // as their rows
  Rows links_, gateway_rows_, reported_, networks_;
  std::uint32_t last_handle_ = 0;
  Duration detection_{};
  heartbeat::FaultClass fault_ = heartbeat::FaultClass::none;
  std::uint16_t penalty_ = 0;
  std::vector<Report> reports_;
  std::vector<ProbeOrder> orders_;
};

}  // namespace flywall::failover
