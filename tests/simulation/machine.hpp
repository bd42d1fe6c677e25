// One simulated machine: a clock, sockets, an address thread, a store for epochs, and a failover
// process that runs the very Election and Sessions of the daemon.
//
// This is the daemon's shell once more, with true time and chance in place of the kernel. Faults
// are its public verbs.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "heartbeat/election.hpp"
#include "heartbeat/session.hpp"
#include "tests/simulation/stage.hpp"

namespace flywall::simulation {

class Machine {
 public:
  Machine(Stage& stage, std::size_t index) : stage_(stage), index_(index) {}

  // A machine that bears the id of `node`; nothing runs yet.
  void set_up(std::uint8_t node, const Clock& clock);

  void start();
  void crash();       // both processes: the addresses stay in the kernel
  void kill();        // the failover process: the services process says the last will and tidies up
  void lose_power();  // everything but what is on disk
  void pause();
  void resume();
  void stop() { step(heartbeat::event::StopRequested{}); }
  void set_fault(heartbeat::FaultClass fault, std::uint16_t penalty);
  // A command of an operator.
  void order(std::uint64_t request, const heartbeat::Event& command);
  void reconfigure();  // to what the plan says now
  void slow_addresses(bool on) { slow_addresses_ = on; }
  void refuse_addresses(bool on) { refuse_addresses_ = on; }
  void hang_scripts() { scripts_hang_ = true; }
  void break_store(bool on);

  void handle(const Entry& entry);

  const heartbeat::Election& election() const { return *election_; }

 private:
  struct AddressRequest {
    enum class What : std::uint8_t { take, drop, quiet, tidy } what = What::take;
    Epoch epoch;
    Duration linger{};  // of a drop: until another request comes, at most
  };
  struct Known {  // of a peer: what was last read from it
    Duration window{};
    std::uint32_t heard_life = 0;
    Moment heard_sent = kNoMoment;
  };

  Body& body() { return stage_.truth.body[index_]; }
  Moment now() const { return stage_.truth.now; }
  PeerIndex peer_of(std::uint8_t node) const;
  const heartbeat::Policy& policy() const { return stage_.plan.node[node_].policy; }

  void end_process();
  void arrive(LetterId letter);
  void read(LetterId letter);
  void hear_witness(const Entry& entry);
  Witnesses::Sender as_sender();
  void read_will(const Letter& letter);
  void read_statement(LetterId letter);
  void get_acquainted(const Letter& letter, Known& peer);
  void note_tenure(Duration pause);
  void wake();
  void drain();

  void step(const heartbeat::Event& event);
  void note_lease();
  void perform(const heartbeat::Actions& actions);
  void note_handover(const heartbeat::Action& what);
  void schedule();
  void speak(int copies);
  void post_to(std::size_t machine, SpeechId speech, int copies);
  void say_will();

  void ask_addresses(AddressRequest request);
  void start_address_work();
  void finish_address_work();
  void set_addresses(bool present, bool quiet);
  void prepare();
  void finish_preparing();
  void reserve_epochs(Epoch up_to);
  void tell(const heartbeat::Action& action);

  Stage& stage_;
  std::size_t index_;
  std::uint8_t node_ = 0;
  Clock clock_;
  std::optional<heartbeat::Election> election_;
  std::array<std::optional<heartbeat::Session>, kMaxPeers> sessions_;
  std::array<Known, kMaxPeers> known_;
  InstanceId instance_;
  std::optional<Time> lease_until_;
  std::uint64_t counter_ = 0;
  std::array<std::array<std::uint32_t, kMaxSimulatedPaths>, kMaxMachines> path_sequence_{};
  std::deque<LetterId> socket_;

  Moment timer_at_ = kLastMoment;
  Time planned_for_ = kNever;
  bool timer_due_ = false;
  bool drain_wanted_ = false;
  bool draining_ = false;

  std::deque<AddressRequest> address_work_;
  std::uint32_t address_turn_ = 0;  // the entry of the agenda that counts
  bool lingering_ = false;
  std::uint32_t preparation_ = 0;
  bool preparation_due_ = false;
  bool scripts_hang_ = false;
  bool address_work_due_ = false;
  bool slow_addresses_ = false;
  bool refuse_addresses_ = false;

  Epoch floor_;   // on disk when this life began
  Epoch wanted_;  // asked for while the store was broken
  std::vector<Epoch> reserved_unread_;
  std::vector<heartbeat::event::WitnessAnswered> answers_unread_;
};

}  // namespace flywall::simulation
