// The failover thread: heartbeats in, election, heartbeats and address orders out.
//
//   sockets ──▶ PeerTable ──▶ Election ──▶ PeerTable ──▶ sockets
//   link watch ─▶ LinkMonitor ─┘   │  └──▶ orders to the address thread, outcomes back
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

#include <optional>
#include <variant>
#include <vector>

#include "base/descriptor.hpp"
#include "daemon/failover/address_thread.hpp"
#include "daemon/failover/journal.hpp"
#include "daemon/failover/link_monitor.hpp"
#include "daemon/failover/peer_table.hpp"
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
};
}  // namespace order
using Order = std::variant<order::Stop, order::ServicesStarted, order::Served, order::Link>;
using OrderBox = Mailbox<Order, 256>;

// What the failover thread asks of the supervisor.
enum class Plea : std::uint8_t { links_again };
using PleaBox = Mailbox<Plea, 16>;

struct LoopSetting {
  heartbeat::Policy policy;
  InstanceId instance;
  std::vector<PeerSetting> peers;
  std::vector<std::string> monitored;  // interface names
  std::uint32_t address_count = 0;
  bool memory_locked = false;
};

class FailoverLoop {
 public:
  struct Parts {  // all outlive the loop
    const heartbeat::Sealer& sealer;
    heartbeat::Transport& transport;
    netlink::LinkWatch& links;
    AddressThread& addresses;
    processes::SharedSnapshot& status;
    OrderBox& orders;
    PleaBox& pleas;
    LogBox& log;
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

  // Election.
  void advance(const heartbeat::Event& event);
  void settle();
  void carry_out(const heartbeat::action::Speak& speak);
  void carry_out(const heartbeat::action::TakeAddresses& take);
  void carry_out(const heartbeat::action::DropAddresses&);
  void carry_out(const heartbeat::action::Announce&);
  void carry_out(const heartbeat::action::DrainSockets&);
  void carry_out(const heartbeat::action::ReserveEpochs& reserve);
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
  void warn_of_duplicate(const NodeId& node);
  void warn_of_mismatch(PeerIndex peer, const heartbeat::Statement& statement);
  void note_link(const netlink::LinkState& state);
  void note_outcome(const AddressOutcome& outcome);
  void obey(const order::Stop&);
  void obey(const order::ServicesStarted& started);
  void obey(const order::Served& served);
  void obey(const order::Link& link);
  void obey(const processes::message::EpochsReserved& reserved);
  void obey(const processes::message::EpochsUnavailable& unavailable);
  void obey(const processes::message::FailoverRequest& request);
  void obey(const processes::message::PeerResolved& resolved);

  // The services process.
  void lose_services();
  void renew_wills();
  void tell(const processes::ToServices& message);

  // History and status.
  processes::HistoryEntry entry(processes::Happening happening) const;
  void write(const processes::HistoryEntry& entry) { journal_.write(entry, now_); }
  void order_addresses(AddressOrder::Kind kind, Epoch epoch = {});
  void publish();

  LoopSetting setting_;
  Parts parts_;
  Descriptor poll_;
  std::optional<processes::FailoverEnd> services_;
  heartbeat::Election election_;
  PeerTable peers_;
  LinkMonitor monitor_;
  Journal journal_;
  processes::Snapshot snapshot_;
  Time now_;
  Time published_;
  bool drain_requested_ = false;
  bool reading_ = false;
  bool wills_stale_ = true;
  bool changed_ = true;  // the snapshot wants publishing now
  bool done_ = false;
  Epoch willed_;                      // epoch of the wills that the services process holds
  std::optional<Epoch> reservation_;  // asked for and not yet answered
  std::uint64_t namesakes_ = 0;
  Time duplicate_warned_;
  std::array<std::uint64_t, kMaxPeers> mismatch_{};  // digest already warned of
};

}  // namespace flywall::failover
