// The cables between the machines: what is lost, late, doubled or cut, and the attacker who records
// and keeps back.
//
// Knows letters and chance; not what they mean. A link is one path in one direction.
#pragma once

#include <array>
#include <vector>

#include "tests/simulation/agenda.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/post.hpp"

namespace flywall::simulation {

struct Link {
  int cuts = 0;
  int loss = 0;         // permille
  int duplication = 0;  // permille
  Duration jitter{};    // more than the plan's
  bool is_good() const { return cuts == 0 && loss == 0 && jitter == 0ns; }
};

class Network {
 public:
  Network(const Plan& plan, Random& random, Agenda& agenda, Post& post)
      : plan_(plan), random_(random), agenda_(agenda), post_(post) {}

  void clear();
  Link& link(std::size_t from, std::size_t to, std::size_t path) { return links_[from][to][path]; }
  const Link& link(std::size_t from, std::size_t to, std::size_t path) const {
    return links_[from][to][path];
  }

  // Takes the letter over and delivers, loses, doubles or keeps it.
  void send(Moment now, LetterId letter);

  // The attacker. Recording begins when a replay is possible at all.
  void record(bool on) { recording_ = on; }
  void withhold(int change) { withholding_ += change; }
  // Delivers up to `count` recorded or kept letters, the kept ones first.
  void release(Moment now, std::size_t count);

 private:
  static constexpr std::size_t kRecordings = 96;

  void deliver(Moment now, LetterId letter, Duration extra);
  void keep(LetterId letter);

  const Plan& plan_;
  Random& random_;
  Agenda& agenda_;
  Post& post_;
  std::array<std::array<std::array<Link, kMaxSimulatedPaths>, kMaxMachines>, kMaxMachines> links_;
  std::vector<LetterId> recordings_;
  std::vector<LetterId> kept_;
  bool recording_ = false;
  int withholding_ = 0;
};

}  // namespace flywall::simulation
