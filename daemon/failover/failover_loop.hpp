// The failover thread: heartbeats in, election, heartbeats and address orders out.
//
//   sockets ──▶ PeerTable ──▶ Election ──▶ PeerTable ──▶ sockets
//   link watch ─▶ Conditions ──┘   │  └──▶ orders to the address thread, outcomes back
//                                  └─────▶ journal: history (services process) and log (supervisor)
//
// One epoll loop; sleeps until a descriptor is readable or Election::deadline(). Never opens a
// file, forks, resolves a name, logs, takes RTNL, allocates without bound, or waits for another
// thread or process.
//
// Knows how the pieces fit together and nothing of their insides. What needs more than a moment is
// somebody else's: addresses (address_thread.hpp), names and history (services process), the log
// and restarts (supervisor.hpp).
#pragma once

#include <atomic>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "daemon/failover/address_thread.hpp"
#include "daemon/failover/conditions.hpp"
#include "daemon/failover/journal.hpp"
#include "daemon/failover/loop_setting.hpp"
#include "daemon/failover/node_witnesses.hpp"
#include "daemon/failover/outbox.hpp"
#include "daemon/failover/peer_table.hpp"
#include "daemon/failover/petitions.hpp"
#include "daemon/failover/probe_thread.hpp"
#include "daemon/failover/reload.hpp"
#include "daemon/processes/channel.hpp"
#include "daemon/processes/snapshot.hpp"
#include "heartbeat/election.hpp"
#include "heartbeat/transport.hpp"
#include "netlink/link_watch.hpp"

namespace flywall::failover {

// What the supervisor tells the failover thread.
namespace order {
struct Stop {};
struct ServicesStarted {  // a services process runs; `socket` is this side's end, now the loop's
                          // own
  int socket = -1;
  std::uint32_t restarts = 0;
};
struct Served {  // our own addresses on interfaces that carry virtual addresses
  ServedNetworks networks;
};
struct Link {  // from a dump, after the watch lost something
  netlink::LinkState state;
  Time looked_at;  // before the kernel was asked
};
struct Reconfigure {  // reload.hpp; stays the loop's until Plea::reloaded
  Reload* reload = nullptr;
};
struct ReloadRefused {
  std::uint64_t petition = 0;  // zero: a signal asked for it
  InlineText<250> why;
};
}  // namespace order
using Order = std::variant<order::Stop, order::ServicesStarted, order::Served, order::Link,
                           order::Reconfigure, order::ReloadRefused>;
using OrderBox = Mailbox<Order, 256>;

// What the failover thread asks of the supervisor.
struct Plea {
  enum Kind : std::uint8_t { links_again, reload, reloaded };
  Kind kind = links_again;
  std::uint64_t petition = 0;  // of reload
};
using PleaBox = Mailbox<Plea, 64>;

class FailoverLoop {
 public:
  struct Parts {  // all outlive the loop
    const Sealers& sealers;
    heartbeat::Transport& transport;
    netlink::LinkWatch& links;
    AddressThread& addresses;
    ProbeThread& probes;
    processes::SharedSnapshot& status;
    OrderBox& orders;
    PleaBox& pleas;
    LogBox& log;
    std::atomic<std::uint64_t>& turns;  // done so far
  };
  // Errors: the system gave no descriptor.
  static Result<FailoverLoop> create(const LoopSetting& setting, const Parts& parts);

  // Runs until ordered to stop and the addresses are gone.
  void run();

 private:
  FailoverLoop(const LoopSetting& setting, const Parts& parts, Descriptor poll);

  // One turn.
  void wait();
  void read_sockets(std::size_t batches);
  void read_links();
  void read_orders();
  void read_outcomes();
  void read_services();
  void read_conditions();

  // The fence (E7): failover_fence.cpp.
  void renew_fence();
  Time serves_until(Time lease) const;
  bool may_idle() const;
  void note_fence(const AddressOutcome& outcome);
  void describe_fence(processes::FenceStatus& fence) const;

  // Election.
  void advance(const heartbeat::Event& event);
  void settle();
  void carry_out(const heartbeat::action::Speak& speak);
  void carry_out(const heartbeat::action::TakeAddresses& take);
  void carry_out(const heartbeat::action::DropAddresses& drop);
  void carry_out(const heartbeat::action::QuietAddresses&);
  void carry_out(const heartbeat::action::Prepare& prepare);
  void carry_out(const heartbeat::action::Announce&);
  void carry_out(const heartbeat::action::DrainSockets&);
  void carry_out(const heartbeat::action::ReserveEpochs& reserve);
  void carry_out(const heartbeat::action::AskWitness& ask);
  void carry_out(const heartbeat::action::ReleaseWitness& release);
  void carry_out(const heartbeat::action::Answer& answer);
  void carry_out(const heartbeat::action::Transition& transition);
  void carry_out(const heartbeat::action::PeerChanged& changed);
  void carry_out(const heartbeat::action::SplitBrain& split);
  void carry_out(const heartbeat::action::Reclaimed& reclaimed);
  void carry_out(const heartbeat::action::Paused& paused);
  void carry_out(const heartbeat::action::EpochUnreserved& unreserved);
  void carry_out(const heartbeat::action::Stopped&);

  // Arrivals.
  void digest(const heartbeat::Arrival& arrival);
  void hear_witness(const heartbeat::Arrival& arrival);
  void tend_witnesses();
  void report_witness(processes::Happening happening, heartbeat::WitnessIndex witness);
  void warn_of_duplicate(const NodeId& node);
  void warn_of_mismatch(PeerIndex peer, const heartbeat::Statement& statement);
  void note_link(const netlink::LinkState& state);
  // Whatever changed in `conditions_`: history, orders, the election's opinion of this node.
  void follow_conditions();
  void review_networks();
  Conditions::Moment moment() const { return {now(), election_.holds()}; }
  void note_outcome(const AddressOutcome& outcome);
  void obey(const order::Stop&);
  void obey(const order::ServicesStarted& started);
  void obey(const order::Served& served);
  void obey(const order::Link& link);
  void obey(const order::Reconfigure& wanted);
  void obey(const order::ReloadRefused& refused);
  void obey(const processes::message::EpochsReserved& reserved);
  void obey(const processes::message::EpochsUnavailable& unavailable);
  void obey(const processes::message::FailoverRequest& request);
  void obey(const processes::message::PromoteRequest& request);
  void obey(const processes::message::FailbackRequest& request);
  void obey(const processes::message::ResetRequest& request);
  void obey(const processes::message::ReloadRequest& request);
  void obey(const processes::message::Prepared& prepared);
  void obey(const processes::message::Fenced& answer);
  void obey(const processes::message::MonitorChanged& change);
  void obey(const processes::message::WitnessAnswered& answered);
  void obey(const processes::message::PeerResolved& resolved);
  void obey(const processes::message::WitnessResolved& resolved);

  // Operators.
  std::uint64_t open_petition(std::uint64_t request, const InlineText<63>& by,
                              std::string_view what, const NodeId& node = {});
  void answer_petition(std::uint64_t number, bool accepted, heartbeat::Reason reason,
                       std::string_view detail);

  void finish_reload();

  // Switching other nodes off: failover_fencing.cpp.
  std::optional<std::string_view> fencing_refusal(
      const processes::message::PromoteRequest& asked) const;
  void consider_fencing(const heartbeat::action::Transition& transition);

  // The services process.
  void lose_services();
  void renew_wills();
  void tell_role(const heartbeat::action::Transition& transition);
  void post(const processes::ToServices& message);  // until it is taken

  // History and status.
  processes::HistoryEntry entry(processes::Happening happening) const;
  void write(const processes::HistoryEntry& entry) { journal_.write(entry, now_); }
  void order_addresses(AddressOrder order);
  void publish();

  LoopSetting setting_;
  Parts parts_;
  Descriptor poll_;
  std::optional<processes::FailoverEnd> services_;
  heartbeat::Election election_;
  PeerTable peers_;
  NodeWitnesses witnesses_;
  Conditions conditions_;
  heartbeat::event::FaultChanged opinion_;  // of this node, as the election was told
  Journal journal_;
  Outbox outbox_;
  Petitions petitions_;
  processes::Snapshot snapshot_;
  Time now_;
  Time published_;
  netlink::FenceGate gate_;
  bool gone_ = false;             // nothing of ours is in the kernel
  std::uint32_t unanswered_ = 0;  // orders under way at the address thread
  Time spoken_;                   // when the peers were told last that this node lives
  std::optional<Time> lost_at_;   // the role was lost without a handover
  bool drain_requested_ = false;
  bool paths_changed_ = true;  // of whom the peers are heard over
  bool reading_ = false;
  bool wills_stale_ = true;
  bool changed_ = true;  // the snapshot wants publishing now
  bool done_ = false;
  bool stopping_ = false;
  std::uint32_t configuration_ = 0;                   // reloads so far
  Reload* reload_ = nullptr;                          // under way at the address thread
  std::uint32_t preparation_ = 0;                     // number of the latest
  bool preparing_ = false;                            // asked, not yet answered
  std::optional<bool> prepared_;                      // answered by this loop itself
  processes::message::PromoteRequest promotion_;      // the latest
  std::optional<processes::message::Fence> fencing_;  // to be asked as the addresses are taken
  std::optional<processes::message::Fence> owed_;  // required, and not yet done: until that node is
                                                   // heard again
  std::optional<Epoch> awaited_;      // addresses are taken under it once the other node is off
  std::optional<Epoch> unfenced_;     // answered by this loop itself: nobody can switch it off
  Epoch willed_;                      // epoch of the wills that the services process holds
  std::optional<Epoch> reservation_;  // asked for and not yet answered
  std::uint64_t namesakes_ = 0;
  Time duplicate_warned_;
  Time links_heard_;                                 // when the watch said something last
  std::array<std::uint64_t, kMaxPeers> mismatch_{};  // digest already warned of
};

}  // namespace flywall::failover
