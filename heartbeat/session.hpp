// The acquaintance of this node with one peer: which of its instances lives, what was already
// received, and whether what arrives is fresh.
//
// Decides, for each authenticated datagram of one peer, whether it may be believed (E14, E15):
//  - *Instances.* A peer's instance is proven when it echoes our current instance and a moment of
//    ours not older than the proof window. A proven newer instance supersedes the older; a
//    superseded or departed instance never returns. If a superseded instance echoes a moment
//    *after* its successor was proven, two machines use one node id: `duplicate_node`. (An earlier
//    moment is only a datagram that was late.)
//  - *Replay.* Each instance has a window over its counters (RFC 6479 style, 8128 wide); a counter
//    is accepted once.
//  - *Freshness.* `fresh`: the echo is recent. `deaf`: the peer's echo is old (it does not hear us
//    now), but the instance was proven before and its own send time, mapped into our clock, is
//    recent: so it was sent lately, by a living process. A recording cannot be either: its echo
//    names an old instance or an old moment, and its send time has aged.
//  - *Mapping of clocks.* No transit takes negative time, so (our receive time - its send time) of
//    any datagram is an upper bound of the difference of the clocks, delayed or not; the smallest
//    one, grown by the drift that two clocks may have had since, is kept. An upper bound makes
//    every datagram look younger than it is by at most its own error: an honest one is never
//    `stale`, a withheld one is as soon as the error is used up. Only a proof can raise the bound:
//    when the round trip shows that a clock stood still (a paused machine).
//  - *Round trip and loss* per path come from the echo and from the path's sequence numbers.
//
// An unproven instance is only remembered as something to echo (`candidates`), so that the peer can
// believe *us*. To prove itself it needs no place there: it needs to hear us. Recordings of a
// peer's former lives can fill the places but never displace the proven instance, and they do not
// keep a truly restarted peer out: a candidate has its place for a trial of kTrialWindows proof
// windows; then any instance not tried before may take it, and the one that had its trial may only
// take a place that is free. Whoever plays up to kTriedInstances recorded lives delays an
// acquaintance by their trials, not more.
//
// Knows no key, no bytes, no socket, no clock. One Session per peer and no shared state: same
// calls, same verdicts. Allocates nothing; the replay window makes it a little over 1 KiB.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "heartbeat/replay_window.hpp"

namespace flywall::heartbeat {

// "I heard you": names an instance of the receiver, the counter and send time of the datagram
// heard, and how long the echoing side held it. The receiver computes the round trip as now - sent
// - held.
struct Echo {
  InstanceId instance;
  std::uint64_t counter = 0;
  Time sent;        // on the clock of the receiver of this echo
  Duration held{};  // on the clock of its sender, 0 .. 2^32 microseconds
  bool operator==(const Echo&) const = default;
};

inline constexpr std::size_t kMaxEchoes = 4;  // the proven instance and three candidates

// The part of a datagram that concerns one receiver and one path.
struct Contact {
  InstanceId instance;        // of the sender, not zero
  std::uint64_t counter = 0;  // over all datagrams of that instance, starts at 1
  Time sent;                  // on the sender's clock
  // Over the datagrams of that instance on this path to this peer; starts at 1, may wrap.
  std::uint32_t path_sequence = 0;
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
  // Fresh or deaf, and no later datagram of this instance was received before: its statement
  // replaces the former one. What was overtaken (by another path, or held back) is no news.
  bool newest = false;
  bool new_instance = false;    // the first fresh datagram of another instance than before
  bool duplicate_node = false;  // a superseded instance still proves itself alive
  std::optional<Duration> round_trip = std::nullopt;
  // Fresh: it was said at this moment of our clock or later, because it answers what we said then
  // and held for so long. What counts from when the peer spoke may be counted from here (E6).
  Time said_after{};
};

struct PathQuality {
  Duration round_trip{};  // smoothed (RFC 6298, alpha 1/8); zero until measured
  // Share of the datagrams of the last kLossWindow sequence numbers that did not arrive, 0..1000.
  std::uint16_t loss_permille = 0;
};

inline constexpr std::int64_t kMaxClockDriftPpm = 200;  // of either machine against true time
inline constexpr std::size_t kRememberedInstances = 8;
inline constexpr std::size_t kTriedInstances = 16;
inline constexpr int kTrialWindows = 2;
inline constexpr std::uint32_t kLossWindow = 64;

class Session {
 public:
  // `self`: our own instance. `proof_window`: how old a moment of ours may be that an echo names;
  // the longer of both sides' detection times is right.
  Session(InstanceId self, Duration proof_window);

  // Judges an authenticated datagram received on `path` at `now`.
  Receipt receive(Time now, PathIndex path, const Contact& contact);

  // The peer said (last will, or state leaving) that this instance ends. Returns false when it is
  // not the proven one.
  bool depart(InstanceId instance);

  // What to put into the next datagram to this peer: the proven instance first, then candidates not
  // older than the proof window.
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
    // At `offset_at`, our clock was at most `offset` ahead of the peer's.
    Duration offset{};
    Time offset_at;
  };
  struct Candidate {
    Heard latest;
    Time first_heard;
  };
  struct Retired {
    InstanceId instance;
    Time at;  // kNever: it departed by itself
  };
  struct Path {
    std::uint32_t highest = 0;
    std::uint32_t counted = 0;  // sequence numbers known of, up to kLossWindow
    std::uint64_t seen = 0;     // bit i: sequence highest - i arrived
    Duration round_trip{};
  };

  const Echo* proof(Time now, const Contact& contact) const;
  bool recently_sent(Time now, const Contact& contact) const;
  void map_clock(Time now, const Contact& contact, const Echo* echo);
  const Retired* find_retired(InstanceId instance) const;
  void retire(InstanceId instance, Time at);
  void remember_candidate(const Heard& heard);
  Candidate* place_for(const Heard& heard);
  bool was_tried(InstanceId instance) const;
  Receipt receive_live(Time now, PathIndex path, const Contact& contact);
  Receipt receive_other(Time now, PathIndex path, const Contact& contact);
  void measure(PathIndex path, const Contact& contact, const Receipt& receipt);

  InstanceId self_;
  Duration proof_window_;
  std::optional<Live> live_;
  std::optional<Time> proven_since_;  // when the live or the departed one was proven first
  InlineVector<Candidate, kMaxEchoes - 1> candidates_;
  std::array<InstanceId, kTriedInstances> tried_{};
  std::size_t next_tried_ = 0;
  std::array<Retired, kRememberedInstances> retired_{};
  std::size_t next_retired_ = 0;
  std::array<Path, kMaxPaths> paths_{};
};

}  // namespace flywall::heartbeat
