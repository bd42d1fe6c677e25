// The lock providers of this node's cluster, and the names of its witness nodes.
//
// One LockVoter for each provider. What the failover process asks goes to it, what it answers goes
// back; that a provider comes, goes or contradicts the others is written down once.
//
// Asio thread only. Knows voters and configuration; knows no role.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/control/view.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/processes/snapshot.hpp"
#include "daemon/witness/lock_voter.hpp"

namespace flywall::services {

class Witnesses {
 public:
  struct Parts {  // both are called from other threads too
    std::function<void(const processes::ToFailover&)> tell;
    std::function<void(const processes::HistoryEntry&)> note;
  };
  explicit Witnesses(Parts parts) : parts_(std::move(parts)) {}

  // A new configuration: a provider that stays keeps its voter and what that has seen.
  void configure(const config::Config& config, std::uint32_t configuration);

  void ask(const processes::message::AskWitness& question);
  void release(const processes::message::ReleaseWitness& release);
  // Compares the records with the primary that this node knows; about once a second.
  void review(const processes::Snapshot& snapshot, Time now);
  // What waits is still done; nothing new begins.
  void retire();
  bool ended() const;

  std::vector<control::ProviderView> views() const;
  std::vector<std::string> warnings() const;

 private:
  struct Seat {
    config::Witness witness;
    Duration lease{};
    std::string cluster_id;
    heartbeat::WitnessIndex index = 0;
    std::shared_ptr<std::atomic<std::uint32_t>> configuration;  // number, for answers
    std::unique_ptr<witness::LockVoter> voter;
    Time agreed_at;
    bool contradicts = false;
  };
  Seat make(const config::Witness& witness, const config::Replication& replication,
            heartbeat::WitnessIndex index);
  Seat* seat_of(heartbeat::WitnessIndex witness, std::uint32_t configuration);
  bool agrees(const Seat& seat, const processes::Snapshot& snapshot) const;

  Parts parts_;
  std::uint32_t configuration_ = 0;
  std::vector<Seat> seats_;
  std::vector<Seat> leaving_;  // of earlier configurations, until they have ended
};

}  // namespace flywall::services
