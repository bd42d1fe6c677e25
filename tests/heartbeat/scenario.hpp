// A scripted cluster for tests: the simulator's world without chance, and its transcript as text.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/key.hpp"
#include "tests/simulation/world.hpp"

namespace flywall::heartbeat {

// Nodes ada, bob, cid …, of which the first is preferred; 100 ms x 3, listening 500 ms.
inline simulation::Plan quiet_plan(std::size_t nodes, Quorum quorum = Quorum::none) {
  static constexpr std::array<const char*, simulation::kMaxNodes> kNames{"ada", "bob", "cid", "dan",
                                                                         "eva", "fay", "gus"};
  simulation::Plan plan;
  plan.seed = 1;
  plan.nodes = nodes;
  // What a script may do, so that the checkers expect it.
  for (const auto fault :
       {simulation::Fault::order, simulation::Fault::stop, simulation::Fault::promote,
        simulation::Fault::failback, simulation::Fault::weight,
        simulation::Fault::refused_addresses, simulation::Fault::pause})
    plan.faults |= 1U << static_cast<unsigned>(fault);
  plan.delay = 200us;
  plan.address_time = 1ms;
  plan.store_time = 2ms;
  for (std::size_t i = 0; i < nodes; ++i) {
    Policy& policy = plan.node[i].policy;
    policy.self = NodeId(kNames[i]);
    policy.self_tag = node_tag(policy.self);
    policy.priority = static_cast<std::uint16_t>(50 + 50 * i);
    policy.peers = static_cast<std::uint8_t>(nodes - 1);
    policy.quorum = quorum;
    policy.seed = i + 1;
    policy.failback = Failback::disabled;
    policy.transfer_timeout = 500ms;
    policy.linger = 50ms;
    plan.node[i].clock = simulation::Clock(Duration(1000s) * (i + 1), 0);
  }
  return plan;
}

class Scenario {
 public:
  explicit Scenario(const simulation::Plan& plan) {
    world.begin(plan, [this](const std::string& line) { told_ += line + "\n"; });
  }

  // All nodes at once, until one is primary and everything is settled.
  void start_all() {
    for (std::size_t i = 0; i < world.plan().nodes; ++i) world.start(i);
    world.run_for(2s);
    expect_one_primary();
  }
  void cut(std::size_t from, std::size_t to, bool on = true) {
    for (std::size_t path = 0; path < world.plan().paths; ++path)
      world.network().link(from, to, path).cuts += on ? 1 : -1;
    world.cables_changed();
  }
  void cut_both(std::size_t a, std::size_t b, bool on = true) {
    cut(a, b, on);
    cut(b, a, on);
  }
  void run_for(Duration duration) {
    world.run_for(duration);
    expect_no_violation();
  }

  const Election& node(std::size_t index) const { return world.machine(index).election(); }
  State state(std::size_t index) const { return node(index).state(); }
  bool tells(const std::string& words) const { return told_.find(words) != std::string::npos; }
  std::size_t times(const std::string& words) const {
    std::size_t count = 0;
    for (std::size_t at = told_.find(words); at != std::string::npos;
         at = told_.find(words, at + 1))
      ++count;
    return count;
  }
  void forget() { told_.clear(); }
  const std::string& told() const { return told_; }

  void expect_no_violation() const {
    if (world.violation())
      ADD_FAILURE() << world.violation()->rule << ": " << world.violation()->what << "\n" << told_;
  }
  void expect_one_primary() {
    world.demand_agreement();
    expect_no_violation();
    EXPECT_TRUE(world.primary().has_value()) << told_;
  }

  // The transcript is the one in transcripts/NAME.txt; FLYWALL_REWRITE_GOLDEN=1 writes it anew.
  void expect_golden(const std::string& name) const {
    expect_no_violation();
    const std::string path =
        std::string(FLYWALL_SOURCE_DIR) + "/tests/heartbeat/transcripts/" + name + ".txt";
    if (std::getenv("FLYWALL_REWRITE_GOLDEN") != nullptr) {
      std::ofstream(path) << told_;
      return;
    }
    std::ifstream file(path);
    const std::string golden((std::istreambuf_iterator<char>(file)),
                             std::istreambuf_iterator<char>());
    EXPECT_EQ(told_, golden) << "rewrite with FLYWALL_REWRITE_GOLDEN=1 and read the difference";
  }

  simulation::World world;

 private:
  std::string told_;
};

}  // namespace flywall::heartbeat
