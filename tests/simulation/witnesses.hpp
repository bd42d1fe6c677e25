// The voters beside the nodes (E6): each keeps one vote and forgets it when it restarts. Questions
// and answers take their way through the network; a witness may be down, slow, or cut off from one
// machine.
#pragma once

#include <array>
#include <vector>

#include "heartbeat/lease.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/random.hpp"

namespace flywall::simulation {

class Witnesses {
 public:
  Witnesses(const Plan& plan, Random& random, Agenda& agenda)
      : plan_(plan), random_(random), agenda_(agenda) {}

  void begin();

  struct Sender {
    std::uint8_t machine = 0;
    std::uint32_t life = 0;
    Time clock;
  };
  void ask(Moment now, const Sender& sender, const heartbeat::action::AskWitness& question);
  void release(Moment now, const Sender& sender, const heartbeat::action::ReleaseWitness& word);

  // A question or a word has arrived at its witness.
  void receive(Moment now, std::uint32_t letter);
  // An answer has arrived at its machine.
  heartbeat::event::WitnessAnswered take(std::uint32_t letter);

  // Faults.
  void stop(std::size_t witness) { at_[witness].up = false; }
  void restart(Moment now, std::size_t witness);
  void slow(std::size_t witness, bool on) { at_[witness].slow = on; }
  void cut(std::size_t witness, std::size_t machine, bool on) {
    at_[witness].cut[machine] += on ? 1 : -1;
  }

 private:
  struct Witness {
    heartbeat::LeaseVoter vote{Time{}, Duration{}};
    heartbeat::Claim seen;
    Clock clock;
    bool up = true;
    bool slow = false;
    std::array<int, kMaxMachines> cut{};
  };
  struct Letter {
    Sender from;
    bool releases = false;
    heartbeat::event::WitnessAnswered answer;
  };

  std::uint32_t write(const Letter& letter);
  void send(Moment now, Kind kind, std::uint32_t letter);
  Duration longest_lease(std::size_t witness) const;

  const Plan& plan_;
  Random& random_;
  Agenda& agenda_;
  std::array<Witness, heartbeat::kMaxWitnesses> at_;
  std::vector<Letter> letters_;
  std::vector<std::uint32_t> free_;
};

}  // namespace flywall::simulation
