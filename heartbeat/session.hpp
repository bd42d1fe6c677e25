// The acquaintance of this node with one peer: which of its instances lives, what was already received, and whether
// what arrives is fresh.
//
// Decides, for each authenticated datagram of one peer, whether it may be believed (E14, E15):
//  - *Instances.* A peer's instance is proven when it echoes our current instance and a moment of ours not older than
//    the proof window. A proven newer instance supersedes the older; a superseded or departed instance never returns.
//    If a superseded instance goes on proving itself alive, two machines use one node id: `duplicate_node`.
//  - *Replay.* Each instance has a window over its counters (RFC 6479 style, 8128 wide); a counter is accepted once.
//  - *Freshness.* `fresh`: the echo is recent. `deaf`: the peer's echo is old (it does not hear us now), but the
//    instance was proven before and its own send time, mapped into our clock at that proof, is recent: so it was sent
//    lately, by a living process. A recording cannot be either: its echo names an old instance or an old moment, and
//    its send time has aged. Clock rates are trusted to kMaxClockDrift only, so the allowance grows with the time since
//    the last proof.
//  - *Round trip and loss* per path come from the echo and from the path's sequence numbers.
//
// An unproven instance is only remembered as something to echo (`candidates`), so that it can prove itself; a recording
// can fill such a slot but never displace the proven one.
//
// Knows no key, no bytes, no socket, no clock. One Session per peer and no shared state: same calls, same verdicts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "heartbeat/replay_window.hpp"

namespace flywall::heartbeat {

// "I heard you": names an instance of the receiver, the counter and send time of the datagram heard, and how long the
// echoing side held it. The receiver computes the round trip as now - sent - held.
struct Echo {
  InstanceId instance;
  std::uint64_t counter = 0;
  Time sent;         // on the clock of the receiver of this echo
  Duration held{};   // on the clock of its sender, 0 .. 2^32 microseconds
  bool operator==(const Echo&) const = default;
};

inline constexpr std::size_t kMaxEchoes = 4;  // the proven instance and three candidates

// The part of a datagram that concerns one receiver and one path.
struct Contact {
  InstanceId instance;            // of the sender, not zero
  std::uint64_t counter = 0;      // over all datagrams of that instance, starts at 1
  Time sent;                      // on the sender's clock
  std::uint32_t path_sequence = 0;  // over the datagrams of that instance on this path to this peer, starts at 1
  InlineVector<Echo, kMaxEchoes> echoes;
  bool operator==(const Contact&) const = default;
};

enum class Verdict : std::uint8_t {
  fresh,
  deaf,
  unproven,             // not (yet) proven alive; remembered to be echoed
  replayed,             // this counter was received before, or lies behind the window
  stale,                // a proven instance, but sent too long ago
  superseded_instance,  // an instance that a newer one replaced, or that departed
};
inline constexpr std::size_t kVerdicts = 6;
const char* name_of(Verdict verdict);

struct Receipt {
  Verdict verdict = Verdict::unproven;
  bool new_instance = false;    // the first fresh datagram of another instance than before
  bool duplicate_node = false;  // a superseded instance still proves itself alive
  std::optional<Duration> round_trip;
};

struct PathQuality {
  Duration round_trip{};  // smoothed (RFC 6298, alpha 1/8); zero until measured
  // Share of the datagrams of the last kLossWindow sequence numbers that did not arrive, 0..1000.
  std::uint16_t loss_permille = 0;
};

inline constexpr std::uint64_t kMaxClockDriftPpm = 200;  // of either machine against true time
inline constexpr std::size_t kRememberedInstances = 8;

class Session {
 public:
  // `self`: our own instance. `proof_window`: how old a moment of ours may be that an echo names; the longer of both
  // sides' detection times is right.
  Session(InstanceId self, Duration proof_window);

  // Judges an authenticated datagram received on `path` at `now`.
  Receipt receive(Time now, PathIndex path, const Contact& contact);

  // The peer said (last will, or state leaving) that this instance ends. Returns false when it is not the proven one.
  bool depart(InstanceId instance);

  // What to put into the next datagram to this peer: the proven instance first, then candidates not older than the
  // proof window.
  InlineVector<Echo, kMaxEchoes> echoes(Time now) const;

  // The instance now believed to live, if any was proven.
  std::optional<InstanceId> proven() const;
  PathQuality quality(PathIndex path) const;

  void set_proof_window(Duration window) { proof_window_ = window; }

 private:
  struct Heard {
    InstanceId instance;
    std::uint64_t counter = 0;
    Time sent;  // on the peer's clock
    Time at;    // on ours
  };
  struct Live {
    Heard latest;
    ReplayWindow window;
    // Smallest observed (our receive time - its send time) at the last proof, and when that was.
    Duration offset{};
    Time proven_at;
  };
  struct Path {
    std::uint32_t highest = 0;
    std::uint64_t seen = 0;  // bit i: sequence highest - i arrived
    std::uint8_t counted = 0;
    Duration round_trip{};
  };

  const Echo* proof(Time now, const Contact& contact) const;
  bool recently_sent(Time now, const Contact& contact) const;
  bool is_retired(InstanceId instance) const;
  void retire(InstanceId instance);
  void remember_candidate(Time now, const Contact& contact);
  Receipt receive_live(Time now, PathIndex path, const Contact& contact);
  Receipt receive_other(Time now, PathIndex path, const Contact& contact);
  void measure(Time now, PathIndex path, const Contact& contact, const Echo* echo, Receipt& receipt);

  InstanceId self_;
  Duration proof_window_;
  std::optional<Live> live_;
  InlineVector<Heard, kMaxEchoes - 1> candidates_;
  std::array<InstanceId, kRememberedInstances> retired_{};
  std::size_t next_retired_ = 0;
  std::array<Path, kMaxPaths> paths_{};
};

}  // namespace flywall::heartbeat
