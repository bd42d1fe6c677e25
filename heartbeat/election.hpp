// Who is primary. The core of the program: no clock, no chance but a seed, no I/O, no allocation.
//
//   loop:  wait until deadline() or something happens
//          for (const Action& action : election.step(now, event)) carry it out
//
// Each node runs one Election. Nodes say Statements to each other; a node that finds nobody holding
// the role claims it with an epoch above every epoch it has seen (E3), says so, takes the addresses
// and is primary once they are in place. Decisions in the order in which they are made:
//
//   E1  a starting node listens for Policy::listen before it may claim anything
//   E2  candidates are ordered by (fault, in sync, priority, node id); candidate k waits k x (round
//   trip + jitter) E3  claims are ordered by (epoch, claimant); a node never follows a lower claim
//   than the highest seen E4  with one eligible node (that reaches a quorum) there is a primary
//   within detection + two round trips E5  a peer lives while one path is heard; a silent holder
//   whom a living peer still hears is not replaced E6  Quorum::majority: only a node that hears
//   more than half of all nodes claims or holds (leases follow later) E8  two holders that hear
//   each other: with a majority the higher claim stays; with none the better fault class, the
//       older tenure, the better rank; the winner claims again above both, the loser leaves
//   E11 a holder whose own network is bad gives way to a strictly better peer, and says so three
//   times E12 at most kMaxExtraSpeeches statements per interval besides the regular one E13 after a
//   pause nothing is said until the sockets are drained and a peer was heard or a detection time
//   has passed
//
// A one-way cut (we hear a peer that does not hear us, Freshness::deaf): the side that *can* hear
// gives way, because the other will never know. So a deaf holder is not replaced, and a holder
// yields to a deaf one.
//
// Knows no bytes, keys, addresses, sockets: those are events and actions. The same object runs in
// the daemon and in the simulator (tests/simulation), and is deterministic: same calls, same
// actions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "heartbeat/detector.hpp"
#include "heartbeat/statement.hpp"

namespace flywall::heartbeat {

enum class Quorum : std::uint8_t { none, majority };

struct Policy {
  NodeId self;
  NodeTag self_tag;              // node_tag(self)
  std::uint16_t priority = 100;  // 1..255, lower is preferred
  Duration interval = 100ms;     // between two statements
  Duration detection = 300ms;    // silence after which a peer counts as dead, >= interval
  Duration listen = 500ms;       // E1, >= detection
  Quorum quorum = Quorum::none;
  bool takeover = true;    // false: takes over by command only
  std::uint8_t peers = 1;  // configured peers, 0..kMaxPeers
  std::uint64_t address_digest = 0;
  std::uint64_t seed = 1;  // of the jitter
  Epoch fallback_floor;    // E3: when nobody knows a floor, e.g. the seconds of the wall clock
};

// Why something was decided, for people: history, logs, metrics, scripts. Numbers are stored; never
// reuse one.
enum class Reason : std::uint8_t {
  none = 0,
  started = 1,         // listened long enough
  no_primary = 2,      // nobody holds the role
  peer_silent = 3,     // the primary was not heard for its detection time
  peer_resigned = 4,   // the primary gave the role up
  peer_died = 5,       // its last will arrived
  peer_left = 6,       // it stopped
  peer_restarted = 7,  // a new instance of it appeared
  higher_claim = 8,    // another node holds a higher claim
  split_lost = 9,      // two primaries met, the other one stays
  split_won = 10,      // two primaries met, this one stays
  own_fault = 11,      // own links are bad and a better peer lives
  operator_request = 12,
  stopping = 13,
  paused = 14,             // this process did not run for too long
  quorum_lost = 15,        // fewer than a majority is heard
  addresses_refused = 16,  // the kernel did not take the addresses
  deaf_peer = 17,          // the other primary does not hear us: it will never know
  epoch_behind = 18,       // somebody remembers a higher epoch than ours
  not_primary = 19,        // refusals of a command
  no_better_peer = 20,
  already_primary = 21,
};
const char* name_of(Reason reason);      // "peer_silent"
const char* sentence_of(Reason reason);  // "the primary was silent for its detection time"

// A tenure that a pause interrupted is younger than any other (E8, E13).
inline constexpr Epoch kBrokenTenure{~std::uint64_t{0}};

enum class Freshness : std::uint8_t { fresh, deaf };

namespace event {
struct Tick {};  // nothing but time
struct Heard {   // an authenticated, believable statement (Session says fresh or deaf)
  PeerIndex peer;
  PathIndex path;
  Freshness freshness = Freshness::fresh;
  bool new_instance = false;
  bool newest = true;     // false: overtaken by a later one, it only shows that the path lives
  Duration round_trip{};  // of this path, zero when not known
  NodeTag tag;            // node_tag(statement.sender)
  const Statement& statement;
};
struct Departed {  // the peer's last will, proven to belong to its living instance
  PeerIndex peer;
};
struct SocketsDrained {};  // answers action::DrainSockets
struct AddressesTaken {    // answers action::TakeAddresses
  Epoch epoch;
};
struct AddressesRefused {  // answers action::TakeAddresses: none could be taken
  Epoch epoch;
};
struct AddressesDropped {};  // answers action::DropAddresses
struct FaultChanged {        // what the monitors make of this node's own links
  FaultClass fault = FaultClass::none;
};
struct EpochsReserved {  // the floor survives a crash up to and including `up_to`
  Epoch floor;           // the highest epoch that an earlier life may have used
  Epoch up_to;
};
struct FailoverRequested {  // an operator wants another node to be primary
  std::uint64_t request = 0;
};
struct StopRequested {};
}  // namespace event

using Event = std::variant<event::Tick, event::Heard, event::Departed, event::SocketsDrained,
                           event::AddressesTaken, event::AddressesRefused, event::AddressesDropped,
                           event::FaultChanged, event::EpochsReserved, event::FailoverRequested,
                           event::StopRequested>;

namespace action {
struct Speak {  // say statement() on all paths, `copies` times
  std::uint8_t copies = 1;
};
struct TakeAddresses {
  Epoch epoch;
};
struct DropAddresses {};
struct Announce {};      // tell the neighbours again
struct DrainSockets {};  // deliver all that waits in the sockets, then SocketsDrained
struct ReserveEpochs {   // make epochs up to and including `up_to` survive a crash
  Epoch up_to;
};
struct Answer {  // to an operator's request
  std::uint64_t request = 0;
  bool accepted = false;
  Reason reason = Reason::none;
};
struct Transition {
  State from;
  State to;
  Reason reason = Reason::none;
  Claim claim;  // own claim when `to` holds, else the highest seen
  std::optional<PeerIndex> peer;
};
struct PeerChanged {  // a peer came or went, or one of its paths did
  PeerIndex peer;
  std::optional<PathIndex> path;  // none: the peer as a whole
  bool alive = false;
};
struct SplitBrain {  // two holders met
  PeerIndex peer;
  Duration duration{};  // how long both held
  bool stays = false;   // this node stays primary
};
struct Reclaimed {  // the primary claimed again, above what it has seen
  Claim claim;
  Reason reason = Reason::none;
};
struct Paused {  // this process did not run for `gap`
  Duration gap{};
};
struct EpochUnreserved {  // claims with an epoch that a crash would forget
  Epoch epoch;
};
struct Stopped {};  // nothing is held any more and the goodbye was said
}  // namespace action

using Action =
    std::variant<action::Speak, action::TakeAddresses, action::DropAddresses, action::Announce,
                 action::DrainSockets, action::ReserveEpochs, action::Answer, action::Transition,
                 action::PeerChanged, action::SplitBrain, action::Reclaimed, action::Paused,
                 action::EpochUnreserved, action::Stopped>;

inline constexpr std::size_t kMaxActions =
    96;  // of one step: every path of every peer may fall silent at once
using Actions = InlineVector<Action, kMaxActions>;

inline constexpr std::uint8_t kMaxExtraSpeeches = 8;    // per interval (E12)
inline constexpr std::uint8_t kGoodbyeCopies = 3;       // E11
inline constexpr std::uint64_t kEpochBlock = 64;        // reserved ahead at a time
inline constexpr Duration kShortestPause = 50ms;        // E13
inline constexpr Duration kShortestAbstention = 500ms;  // after resigning
inline constexpr Duration kTakeLimit = 10s;             // addresses not in place by then: refused

// What this node knows of one peer, for status and tests.
struct PeerView {
  bool known = false;  // heard at least once; `statement` is the last one
  bool alive = false;
  bool hears_us = false;
  std::uint8_t living_paths = 0;  // bit i: path i
  Time last_heard;
  Duration round_trip{};  // of the best path, zero when unknown
  Statement statement;
};

class Election {
 public:
  Election(const Policy& policy, Time now);

  // Advances to `now` (never backwards) and digests the event. The result is valid until the next
  // call.
  const Actions& step(Time now, const Event& event);

  // When step(now, Tick{}) must be called at the latest. Being late is noticed and allowed for
  // (E13).
  Time deadline() const { return deadline_; }

  // What to say now. Changes only in step().
  const Statement& statement() const { return statement_; }
  State state() const { return statement_.state; }
  Claim claim() const { return statement_.claim; }
  bool holds() const { return holds_claim(state()); }
  bool muted() const { return mute_.has_value(); }
  bool has_quorum() const;
  FaultClass fault() const { return fault_; }
  PeerView peer(PeerIndex peer) const;
  // The living node that holds the role as far as this one knows: itself, a peer, or nobody.
  std::optional<NodeId> holder() const;

 private:
  struct Contest {          // a conflict with this peer that was already reported (E8)
    Epoch tenure;           // of the peer
    bool answered = false;  // we claimed again because of it
  };
  struct Peer {
    Detector detector;
    Statement statement;
    NodeTag tag;
    bool known = false;
    bool departed = false;           // said goodbye or died; cleared when heard again
    std::optional<Time> deaf_since;  // fair time since when it does not hear us
    Time heard_at;                   // real time of the last statement
    Duration round_trip{};
    std::optional<Contest> contest;
  };

  // What exists only in one role.
  struct Listening {
    Time until;  // fair time
  };
  struct Yielded {  // the spell that ended because there was another holder
    Claim seen;     // the winner claims above it
    Epoch tenure;
    Duration together{};  // how long both held
  };
  struct Following {
    std::optional<Time> vacant_since;
    Reason vacancy = Reason::no_primary;
    std::optional<PeerIndex> lost;  // whose loss made the vacancy
    Duration jitter{};
    std::optional<Time> abstain_until;  // after resigning: somebody else first
    std::optional<Yielded> yielded;     // said until the winner claims again: it must know (E8)
  };
  struct Holding {
    Claim claim;
    Epoch tenure;
    Epoch asked;  // of TakeAddresses
    Time since;
    Reason reason = Reason::none;
    std::optional<PeerIndex> lost;
    bool in_place = false;            // addresses are taken
    std::optional<Time> fault_since;  // looks for a better peer since (E11)
  };
  struct Ending {};
  using Role = std::variant<Listening, Following, Holding, Ending>;

  struct Mute {  // after a pause (E13)
    Time until;  // fair time
    bool drained = false;
    bool heard = false;
  };

  // Time. Fair time is real time less all our own lateness.
  Time fair(Time real_time) const { return real_time - lateness_; }
  Time real(Time fair_time) const { return later(fair_time, lateness_); }
  void notice_lateness();
  Duration pause_limit() const;
  void begin_pause(Duration gap);
  void end_pause_if_due();
  void decide();
  Time next_decision() const;
  void refresh_deadline();

  // Events.
  void on(const event::Tick&) {}
  void on(const event::Heard& heard);
  void on(const event::Departed& departed);
  void on(const event::SocketsDrained&);
  void on(const event::AddressesTaken& taken);
  void on(const event::AddressesRefused& refused);
  void on(const event::AddressesDropped&);
  void on(const event::FaultChanged& changed);
  void on(const event::EpochsReserved& reserved);
  void on(const event::FailoverRequested& request);
  void on(const event::StopRequested&);

  // What is heard.
  void note_heard(Peer& peer, const event::Heard& heard);
  void note_path(Peer& peer, const event::Heard& heard);
  void note_leaving(PeerIndex index, Reason reason);
  void meet_holder(PeerIndex index);
  void meet_follower(PeerIndex index);
  void report_split(PeerIndex index, bool stays);
  Duration held_together(const Holding& holding, const Peer& peer) const;
  void judge_silence();
  void fall_silent(PeerIndex index, std::uint8_t paths);

  // Roles: one function per transition.
  void finish_listening();
  void open_vacancy(Reason reason, std::optional<PeerIndex> lost);
  void consider_claiming();
  void claim_role();
  void claim_again(Reason reason);
  void step_down(Reason reason, std::optional<PeerIndex> peer);
  void resign(Reason reason);
  void give_way_if_faulty();
  void hold_only_with_quorum();
  void give_up_slow_addresses();
  void drop_addresses();

  // Questions.
  std::span<Peer> peers() { return std::span(peers_).first(policy_.peers); }
  std::span<const Peer> peers() const { return std::span(peers_).first(policy_.peers); }
  bool is_alive(const Peer& peer) const { return peer.detector.alive(); }
  bool hears_us(const Peer& peer) const { return is_alive(peer) && !peer.deaf_since; }
  bool holder_lives() const;
  bool claimant_heard_by_others() const;
  bool is_within_hearing(const NodeId& node) const;
  bool is_better(const Peer& peer) const;
  bool wins_against(const Peer& peer) const;
  bool better_one_still_listens() const;
  bool successor_lives() const;
  std::size_t better_candidates() const;
  const Peer* peer_named(const NodeId& node) const;
  Time claim_at(const Following& following) const;
  Rank own_rank() const;

  // Epochs.
  Epoch next_epoch();
  void see(const Claim& claim);
  void reserve_ahead();

  // Speaking.
  void speak(std::uint8_t copies = 1);
  void speak_regularly();
  void refresh_statement();
  void change_role(Role role, Reason reason, std::optional<PeerIndex> peer);
  State state_of_role() const;
  void act(Action action) { actions_.push_back(action); }

  Policy policy_;
  Actions actions_;
  Role role_;
  std::array<Peer, kMaxPeers> peers_{};
  Statement statement_;
  FaultClass fault_ = FaultClass::none;
  Claim seen_;                // the highest claim seen or made
  bool seen_holder_ = false;  // since our start somebody held the role
  Epoch floor_;               // what earlier lives may have used
  std::optional<Epoch> reserved_;
  Epoch asked_for_;
  Time now_;
  Time deadline_;
  Time next_speech_;
  Duration lateness_{};  // of all our steps together
  std::optional<Mute> mute_;
  int drops_ = 0;            // DropAddresses that were not answered yet
  bool draining_ = false;    // asked for, not yet answered
  bool drained_ = false;     // answered in this step
  std::uint8_t speech_ = 0;  // copies to say at the end of this step
  std::uint8_t extra_speeches_ = kMaxExtraSpeeches;
  std::uint64_t random_;
};

}  // namespace flywall::heartbeat
