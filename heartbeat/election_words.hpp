// The words between the election and those who drive it: its policy, the events it digests, the
// actions it wants, the reasons it gives. What they mean together is in heartbeat/election.hpp.
//
// Knows no bytes, keys, addresses, sockets, clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "heartbeat/statement.hpp"

namespace flywall::heartbeat {

inline constexpr Duration kTakeLimit = 10s;  // addresses not in place by then: refused

enum class Quorum : std::uint8_t { none, majority };

// What a returning preferred node does (E10): wishes for the role by itself, when asked, or never.
enum class Failback : std::uint8_t { automatic, manual, disabled };

// A voter beside the nodes (E6), by its position in the configuration.
using WitnessIndex = std::uint8_t;
struct WitnessTerms {
  Duration lease{};  // what its vote lasts: the detection time, for a lock provider 1 s or more
  Duration renew{};  // how often it is asked while a claim stands
  NodeTag tag{};     // of its name: which voter it is
};

struct Policy {
  NodeId self;
  NodeTag self_tag;              // node_tag(self)
  std::uint16_t priority = 100;  // 1..255, lower is preferred
  Duration interval = 100ms;     // between two statements
  Duration detection = 300ms;    // silence after which a peer counts as dead, >= interval
  Duration listen = 500ms;       // E1, >= detection
  Quorum quorum = Quorum::none;
  Duration lease{};  // E6: what this node's vote lasts; less than `detection`: as long as that
  // E6: when no witness answers and the peers are gone, hold on although the lease has run out.
  bool keep_on_witness_loss = false;
  bool takeover = true;  // false: takes over by command only
  Failback failback = Failback::automatic;
  Duration failback_delay = 60s;     // fit for so long before it wishes for the role
  Duration failback_window = 5min;   // at most one failback of its own accord in so long
  Duration transfer_timeout = 5s;    // E9: an offer unanswered for so long is withdrawn
  Duration linger = 300ms;           // E9: what the old primary goes on forwarding
  Duration take_limit = kTakeLimit;  // more, where something has to succeed before
  Duration prepare_limit{};          // for action::Prepare; zero: nothing has to be prepared
  bool prepare_required = false;     // what is not answered in that time stops the handover
  std::uint8_t peers = 1;            // configured peers, 0..kMaxPeers
  InlineVector<WitnessTerms, kMaxWitnesses> witnesses;
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
  quorum_lost = 15,        // the lease ran out: fewer than a majority of the voters renewed it
  addresses_refused = 16,  // the kernel did not take the addresses
  deaf_peer = 17,          // the other primary does not hear us: it will never know
  epoch_behind = 18,       // somebody remembers a higher epoch than ours
  not_primary = 19,        // refusals of a command
  no_better_peer = 20,
  already_primary = 21,
  handed_over = 22,       // gave the role to a peer, as planned
  failback = 23,          // the preferred node takes its role back (E10)
  promoted = 24,          // an operator made this node primary
  transfer_timeout = 25,  // the offered role was not taken in time
  not_prepared = 26,      // what had to succeed before a planned handover did not
  unknown_node = 27,      // refusals of a command, again: no such node is configured
  unfit_target = 28,      // it is silent, not eligible, or its network is worse
  handover_under_way = 29,
  addresses_not_quieted = 30,
  no_quorum = 31,
  failback_disabled = 32,  // the policy or an operator forbids it
  not_preferred = 33,      // another node has the better rank
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
  Time said_after{};      // fresh: it was said at this moment of our clock, or later
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
struct AddressesDropped {};  // answers action::DropAddresses, each once: the addresses are gone, or
                             // a later action took them back meanwhile
struct AddressesQuieted {};  // answers action::QuietAddresses, each once: nobody learns from us any
                             // more where they are (where the kernel cannot be silenced: they are
                             // gone)
struct Prepared {            // answers the latest action::Prepare
  bool accepted = true;
};
struct FaultChanged {  // what the monitors make of this node
  FaultClass fault = FaultClass::none;
  std::uint16_t penalty = 0;  // added to the priority
};
struct EpochsReserved {  // the floor survives a crash up to and including `up_to`
  Epoch floor;           // the highest epoch that an earlier life may have used
  Epoch up_to;
};
struct FailoverRequested {  // an operator wants another node to be primary
  std::uint64_t request = 0;
  NodeId to;  // empty: the best peer
};
struct PromoteRequested {  // an operator wants this node to be primary
  std::uint64_t request = 0;
  bool force = false;  // also without quorum, without an answer of the primary, with a fault
};
struct FailbackRequested {
  enum class Wish : std::uint8_t { on, off, now };
  std::uint64_t request = 0;
  Wish wish = Wish::on;
};
struct ResetRequested {  // forgets damping, abstention and broken offers; keeps epochs
  std::uint64_t request = 0;
};
// Another configuration: everything of the policy but `self` may differ. `former[i]` says which
// index the peer that is now i had before; nothing: it is new.
struct PolicyChanged {
  Policy policy;
  std::array<std::optional<PeerIndex>, kMaxPeers> former{};
};
struct WitnessAnswered {  // answers action::AskWitness, if ever
  WitnessIndex witness = 0;
  bool granted = false;
  Claim claim;       // what was asked for
  Time asked;        // when the question was sent, or before
  Duration lease{};  // granted: counted from `asked`
  Claim seen;        // the highest claim the witness knows
};
// Hands the role over first when somebody fit is there. Said again (the operator, or the end of
// shutdown_grace): ends at once, with a goodbye.
struct StopRequested {};
}  // namespace event

using Event = std::variant<event::Tick, event::Heard, event::Departed, event::SocketsDrained,
                           event::AddressesTaken, event::AddressesRefused, event::AddressesDropped,
                           event::AddressesQuieted, event::Prepared, event::FaultChanged,
                           event::EpochsReserved, event::FailoverRequested, event::PromoteRequested,
                           event::FailbackRequested, event::ResetRequested, event::PolicyChanged,
                           event::WitnessAnswered, event::StopRequested>;

namespace action {
struct Speak {  // say statement() on all paths, `copies` times
  std::uint8_t copies = 1;
};
struct TakeAddresses {  // also takes back what was quieted, and ends a lingering
  Epoch epoch;
};
struct DropAddresses {
  // E9: after a handover they go on forwarding what still arrives, quietly, for so long; zero: at
  // once. AddressesDropped comes when they are gone, or were taken again meanwhile.
  Duration linger{};
};
struct QuietAddresses {};  // keep them, but let nobody learn from us where they are (E9)
struct Prepare {           // before a planned handover; answered by Prepared within prepare_limit
  PeerIndex to;
  Reason reason = Reason::none;
};
struct Announce {};      // tell the neighbours again
struct DrainSockets {};  // deliver all that waits in the sockets, then SocketsDrained
struct ReserveEpochs {   // make epochs up to and including `up_to` survive a crash
  Epoch up_to;
};
struct AskWitness {  // one question for its vote, or to prolong it; never waited for
  WitnessIndex witness = 0;
  Claim claim;
  Duration lease{};
};
struct ReleaseWitness {  // this node serves no more under `claim`: the vote is free
  WitnessIndex witness = 0;
  Claim claim;
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
    std::variant<action::Speak, action::TakeAddresses, action::DropAddresses,
                 action::QuietAddresses, action::Prepare, action::Announce, action::DrainSockets,
                 action::ReserveEpochs, action::AskWitness, action::ReleaseWitness, action::Answer,
                 action::Transition, action::PeerChanged, action::SplitBrain, action::Reclaimed,
                 action::Paused, action::EpochUnreserved, action::Stopped>;

inline constexpr std::size_t kMaxActions =
    96;  // of one step: every path of every peer may fall silent at once
using Actions = InlineVector<Action, kMaxActions>;

inline constexpr std::uint8_t kMaxExtraSpeeches = 8;    // per interval (E12)
inline constexpr std::uint8_t kGoodbyeCopies = 3;       // E11
inline constexpr std::uint64_t kEpochBlock = 64;        // reserved ahead at a time
inline constexpr Duration kShortestPause = 50ms;        // E13
inline constexpr Duration kShortestAbstention = 500ms;  // after resigning
inline constexpr int kClaimLeases = 2;  // a claim that gets no majority in so long is given up

}  // namespace flywall::heartbeat
