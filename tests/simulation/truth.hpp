// What an observer outside of all nodes knows: which processes run, which kernel has the addresses,
// what really arrived where, and since when nothing has been disturbed. The checkers judge by this,
// not by what the cores believe.
#pragma once

#include <array>
#include <cstdint>

#include "heartbeat/election.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/post.hpp"

namespace flywall::simulation {

// One machine.
struct Body {
  bool exists = false;
  std::uint8_t node = 0;  // whose id it bears; a clone bears another machine's
  bool running = false;
  bool paused = false;
  bool store_works = true;
  Epoch on_disk;           // reserved: no later life may use it
  std::uint32_t life = 0;  // of the process, unique in the world
  Moment started = kNoMoment;
  Moment ended = kNoMoment;
  Moment paused_at = kNoMoment;
  Moment resumed = kNoMoment;
  Duration slept{};        // in this life
  bool addresses = false;  // in this machine's kernel
  bool quiet = false;      // nobody learns from it where they are (E9)
  heartbeat::FaultClass fault = heartbeat::FaultClass::none;
  std::uint16_t penalty = 0;
  bool forced = false;  // its operator wanted it to be primary at any price
  Moment lease_ends =
      kNoMoment;  // its kernel lets it serve until then, whatever becomes of it (E7)
  // What it says of itself.
  heartbeat::State state = heartbeat::State::init;
  heartbeat::Claim claim;
  heartbeat::Claim read;   // the highest claim it has read
  heartbeat::Offer offer;  // the last one it made
  Moment offered = kNoMoment;
  bool claims_by_force = false;
  // Its last spell as holder, from outside.
  Moment held_since = kNoMoment;
  Moment held_until = kNoMoment;
  Moment handing_since = kNoMoment;  // its last planned handover
  Epoch tenure;
  bool tenure_broken = false;
  bool tenure_unclear = false;  // a pause about as long as the limit

  bool awake() const { return running && !paused; }
  bool holds() const { return running && heartbeat::holds_claim(state); }
  bool in_place() const { return running && state == heartbeat::State::primary && addresses; }
  bool answering() const { return addresses && !quiet; }
  bool serves(Moment now) const { return addresses && now < lease_ends; }
  bool stopping() const { return state == heartbeat::State::leaving; }
};

// What is known about letters from one machine to another.
struct Acquaintance {
  Moment arrived =
      kNoMoment;  // last genuine letter of the sender's present life in the receiver's sockets
  Moment gap_ended =
      kNoMoment;            // they have been arriving without a gap of half a detection time since
  Moment sent = kNoMoment;  // when the newest of them was sent
  Moment read = kNoMoment;  // when the letter that was read last was sent
  std::uint32_t life = 0;   // of the sender
  std::uint32_t from_life = 0;  // these lives have proven themselves to each other
  std::uint32_t to_life = 0;
  // What the newest of them said.
  std::uint64_t counter = 0;
  bool holding = false;
  bool eligible = false;
  heartbeat::FaultClass fault = heartbeat::FaultClass::none;
  heartbeat::Claim claim;
};

struct Truth {
  Moment now{};
  std::size_t machines = 0;
  std::array<Body, kMaxMachines> body;
  std::array<std::array<Acquaintance, kMaxMachines>, kMaxMachines> between;  // [from][to]
  int disturbances = 0;        // faults that last at this moment
  std::uint64_t events = 0;    // of faults, so far
  Moment undisturbed_since{};  // the last beginning or end of any fault
  Moment loose_until{};        // what is not asked for by an operator may cost until then
  Moment settled_at{};         // when the last fault must have been digested, if none lasts

  bool is_settled() const { return disturbances == 0 && now >= settled_at; }
  bool acquainted(std::size_t from, std::size_t to) const {
    const Acquaintance& known = between[from][to];
    return known.from_life == body[from].life && known.to_life == body[to].life &&
           body[from].life != 0;
  }
  std::size_t running() const;
  // The machine was offered the epoch of its claim by another one (E9).
  bool was_offered(std::size_t machine, const Plan& plan) const;
  // Another machine bears the same id at this moment.
  bool is_duplicated(std::size_t machine) const;
  void note_arrival(const Letter& letter, const heartbeat::Statement& said);
  void note_state(std::size_t machine, const heartbeat::Statement& statement);
};

}  // namespace flywall::simulation
