// One simulated cluster: machines, cables, and the loop that moves time. Faults are its verbs;
// whoever drives it (mischief.hpp from a seed, a test from a script) decides when they happen.
//
//   World world;
//   world.begin(plan);
//   world.start(0); ...
//   world.run_for(2s);
//   world.pause(0); ...
//
// `violation()` is the first thing a checker objected to; time does not move any more then.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "tests/simulation/machine.hpp"
#include "tests/simulation/stage.hpp"

namespace flywall::simulation {

class World {
 public:
  World();

  void begin(const Plan& plan, Chronicle::Sink sink = {});
  void run_until(Moment end);
  void run_for(Duration duration) { run_until(stage_.truth.now + duration); }
  // Until every fault so far must have been digested.
  void run_until_settled() { run_until(stage_.truth.settled_at); }

  void start(std::size_t machine);
  void crash(std::size_t machine);
  void kill(std::size_t machine);
  void lose_power(std::size_t machine);
  void stop(std::size_t machine);
  void pause(std::size_t machine);
  void resume(std::size_t machine);
  // A pause too short for anybody to care.
  void hiccup(std::size_t machine);
  void end_hiccup(std::size_t machine);
  void set_fault(std::size_t machine, heartbeat::FaultClass fault, std::uint16_t penalty = 0);
  void order_failover(std::size_t machine, NodeId to = {});
  void promote(std::size_t machine, bool force = false);
  void fail_back(std::size_t machine, heartbeat::event::FailbackRequested::Wish wish);
  void reset(std::size_t machine);
  void reconfigure(std::size_t machine, const heartbeat::Policy& policy);
  void slow_addresses(std::size_t machine, bool on);
  void refuse_addresses(std::size_t machine, bool on);
  void hang_scripts(std::size_t machine) { machines_[machine].hang_scripts(); }
  void break_store(std::size_t machine, bool on);
  void stop_witness(std::size_t witness);
  void restart_witness(std::size_t witness);
  void slow_witness(std::size_t witness, bool on);
  void cut_witness(std::size_t witness, std::size_t machine, bool on);
  void add_clone(std::size_t of);
  void remove_clone();
  // Call cables_changed() after having changed links.
  Network& network() { return stage_.network; }
  void cables_changed();
  void disturb(int change, Duration digestion);
  // An operator's command is no bad weather: nobody may notice what it brings about.
  void command(Duration digestion);
  void end_disturbance() { disturb(-1, loose()); }

  // Everybody agrees who is primary and who lives; only in calm.
  void demand_agreement();

  const Plan& plan() const { return stage_.plan; }
  const Truth& truth() const { return stage_.truth; }
  Random& random() { return stage_.random; }
  Checkers& checkers() { return stage_.checkers; }
  const Machine& machine(std::size_t index) const { return machines_[index]; }
  std::optional<std::size_t> primary() const;
  std::size_t clone() const { return stage_.plan.nodes; }
  const std::optional<Violation>& violation() const { return stage_.checkers.findings.first(); }
  std::uint64_t steps() const { return stage_.steps; }
  std::uint64_t hash() const { return stage_.chronicle.hash(); }
  void note(const std::string& who, const std::string& what) {
    stage_.chronicle.write(stage_.truth.now, who, what);
  }

 private:
  Moment now() const { return stage_.truth.now; }
  std::string name(std::size_t machine) const;
  bool was_calm() const;
  bool everybody_is_known() const;
  // How long after a fault there must be one primary again: after a message to everybody, after a
  // silence (E4), and when several faults overlap.
  Duration message() const;
  Duration handover() const;
  Duration silence() const;
  Duration loose() const;
  void lose_process(std::size_t machine, Duration digestion);
  bool every_pair_connected() const;

  Stage stage_;
  std::deque<Machine> machines_;
  bool cables_bad_ = false;
  std::uint64_t requests_ = 0;
};

}  // namespace flywall::simulation
