// The thread that asks gateways and neighbours whether they are there. Sockets and the kernel's
// tables may keep it waiting; the failover thread never waits for it: orders go in, what changed
// comes out.
//
// Knows no peer, no role, no weight. An outcome that the failover thread does not take waits here,
// one per monitor.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "daemon/failover/gateway_prober.hpp"
#include "daemon/failover/network_inquiry.hpp"
#include "daemon/failover/probe_order.hpp"

namespace flywall::failover {

class ProbeThread {
 public:
  static constexpr std::size_t kInquiries = kMaxServedNetworks;

  // Starts the thread; the destructor ends it and waits. `seed`: no stranger knows it.
  ProbeThread(ProbeAim aim, std::uint64_t seed);
  ProbeThread(const ProbeThread&) = delete;
  ProbeThread& operator=(const ProbeThread&) = delete;
  ~ProbeThread();

  ProbeOrders& orders() { return orders_; }        // put by the failover thread
  ProbeFindings& findings() { return findings_; }  // taken by the failover thread

 private:
  void run();
  void wait();
  void obey(const probe_order::WatchGateway& order);
  void obey(const probe_order::AskNetwork& order);
  void obey(const probe_order::Forget& order);
  void obey(const probe_order::Own& own) { aim_.set_own(own); }
  void work();
  void give();

  ProbeAim aim_;
  std::uint64_t seed_;
  GatewayProber gateways_;
  std::vector<NetworkInquiry> inquiries_;
  std::vector<ProbeFinding> waiting_;  // to be given, oldest first
  ProbeOrders orders_;
  ProbeFindings findings_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace flywall::failover
