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
//   E2  candidates are ordered by (fault, in sync, priority, node id); candidate k waits
//       k x (round trip + jitter)
//   E3  claims are ordered by (epoch, claimant); a node never follows a lower claim than the
//       highest seen
//   E4  with one eligible node (that reaches a quorum) there is a primary within detection + two
//       round trips
//   E5  a peer lives while one path is heard; a silent holder whom a living peer still hears is not
//       replaced
//   E6  Quorum::majority: a node claims when a majority of the voters would vote for it, asks them
//       with its claim, and takes the addresses once they have granted it the lease; it serves no
//       longer than the lease lasts (heartbeat/lease.hpp)
//   E8  two holders that hear each other: with a majority the one with the lease stays, else the
//       higher claim; with none the better fault class, the older tenure, the better rank; the
//       winner claims again above both, the loser leaves
//   E11 a holder whose own network is bad gives way to a strictly better peer, and says so three
//       times
//   E12 at most kMaxExtraSpeeches statements per interval besides the regular one
//   E13 after a pause nothing is said until the sockets are drained and a peer was heard or a
//       detection time has passed
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
#include "base/time.hpp"
#include "heartbeat/detector.hpp"
#include "heartbeat/election_words.hpp"
#include "heartbeat/lease.hpp"
#include "heartbeat/statement.hpp"

namespace flywall::heartbeat {

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

// What becomes of the wish to be primary again (E10), for status.
struct FailbackView {
  bool enabled = true;               // by itself: the policy says so, or an operator did
  std::optional<Time> ready_at;      // when this preferred node will wish for the role, if nothing
                                     // happens
  std::optional<Time> damped_until;  // it took the role back lately; of the primary: somebody did
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
  // Until when this node may serve the addresses, to be enforced before the actions of the step are
  // carried out; nothing: not at all. It grows with every step while the right is renewed, and what
  // was told once stands when this process stops running (E7).
  std::optional<Time> lease_until() const;
  // After a planned handover: goes on forwarding what still arrives, until then, and answers for no
  // address (E9).
  std::optional<Time> lingers_until() const;
  FaultClass fault() const { return fault_; }
  std::uint16_t penalty() const { return penalty_; }
  FailbackView failback() const;
  // The peer to which the role is being handed over (state handing_over).
  std::optional<PeerIndex> successor() const;
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
    std::optional<Time> failed_back;  // got the role from this node of its own accord (E10)
    bool forgot_failback = false;     // has started anew since
    bool asks = false;                // for our vote, since this instance of it is known (E6)
    bool waits = false;               // it asked while our vote was promised to somebody else
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
    std::optional<Time> abstain_until;    // after resigning: somebody else first
    std::optional<Yielded> yielded;       // said until the winner claims again: it must know (E8)
    std::optional<Time> preferred_since;  // fit and better than the holder without a break (E10)
    bool wishes = false;                  // for the role, by itself
    std::optional<Claim> courts;          // asks the witnesses before it claims this (E6)
  };
  struct Handover {  // planned, to one peer (E9)
    enum class Step : std::uint8_t { preparing, quieting, offered };
    Step step = Step::preparing;
    PeerIndex to;
    Reason reason = Reason::none;
    bool forced = false;                   // whatever the network of the peer
    bool wished = false;                   // by the peer: ends with its wish
    std::optional<std::uint64_t> request;  // to be answered
    Time until;                            // of the step, else it is given up
    Epoch offered;
  };
  struct Holding {
    Claim claim;
    Epoch tenure;
    Epoch asked;  // of TakeAddresses; zero: not before the lease is there (E6)
    Time asked_at;
    Time since;
    Time claimed_at;
    Reason reason = Reason::none;
    std::optional<PeerIndex> lost;
    bool in_place = false;                // addresses are taken
    std::optional<Time> fault_since;      // looks for a better peer since (E11)
    std::optional<Time> penalty_since;    // the same, for a weight
    std::optional<Time> overruled_since;  // fair time: others hear a higher claim than ours
    bool forced = false;                  // others give way to this claim
    bool leased = false;                  // it has had a majority of the votes, or was forced
    bool kept = false;                    // holds on without them: no witness answers
    std::optional<Handover> handover;
  };
  struct Ending {};
  using Role = std::variant<Listening, Following, Holding, Ending>;

  struct Wanted {  // an operator wants this node to be primary
    std::uint64_t request = 0;
    Reason reason = Reason::promoted;
    bool force = false;
    Time until;
  };

  struct Witness {  // what became of the questions to it
    Time ask_at;    // again
    bool asked = false;
    bool refused = false;  // its last answer
  };

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
  void on(const event::AddressesQuieted&);
  void on(const event::Prepared& prepared) { note_prepared(prepared.accepted); }
  void on(const event::PromoteRequested& request);
  void on(const event::FailbackRequested& request);
  void on(const event::ResetRequested& request);
  void on(const event::PolicyChanged& changed);
  void on(const event::WitnessAnswered& answered);
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
  struct Occasion {  // of a claim
    Reason reason = Reason::none;
    std::optional<PeerIndex> lost;
    Epoch at_least;           // zero: one above all that was seen
    bool deliberate = false;  // to have a node that is not the best
  };
  void claim_role(const Occasion& occasion);
  void claim_again(Reason reason);
  void step_down(Reason reason, std::optional<PeerIndex> peer);
  void resign(Reason reason);
  void leave();
  void give_way_if_faulty();
  void yield_to_unheard_holder();
  void take_addresses();
  void give_up_slow_addresses();
  void drop_addresses(Duration linger = {});

  // Handover (E9).
  void begin_handover(const Handover& handover);
  void note_prepared(bool accepted);
  void quiet_addresses();
  bool commit_if_taken();
  void watch_handover();
  void withdraw(Reason reason);
  void give_way_if_penalised();
  void consider_wish(PeerIndex index);
  void consider_offer(const event::Heard& heard);
  bool is_stopping() const;  // hands over before it stops
  bool is_offered_to_us(const Peer& peer) const;
  bool can_take(const Peer& peer, bool forced) const;
  std::optional<PeerIndex> best_successor() const;

  // Leases (E6).
  bool counts_votes() const { return policy_.quorum == Quorum::majority; }
  Duration length_of_vote(Duration detection) const;
  void note_vote(const event::Heard& heard);
  void count_grant(const event::Heard& heard);
  void consider_question(Peer& peer);
  void free_vote(const NodeId& claimant);
  void vote_for_waiting();
  void keep_time_with_holder();
  void end_lease_if_over();
  void keep_lease();
  void renew_own_vote();
  void give_lease_up(const Claim& claim);
  void begin_lease(const Claim& claim);
  void give_claim_up();
  void lose_lease();
  void court_witnesses();
  void end_courting();
  void ask_witnesses();
  void release_witnesses(const Claim& claim);
  void follow_voters(const event::PolicyChanged& changed);
  void refresh_voters();
  Time gathers_until(const Holding& holding) const;
  Time next_lease_decision() const;
  const Claim* asked_claim() const;
  std::size_t place_of(PeerIndex peer) const { return 1U + peer.value; }
  std::size_t place_of_witness(std::size_t witness) const { return 1U + policy_.peers + witness; }
  bool reaches_majority() const;
  bool only_witnesses_are_missing() const;
  Time free_at(const Peer& peer) const;
  // From when on a majority would vote for this node; kNever: it does not reach one.
  enum class Witnesses : std::uint8_t { hoped_for, counted };
  Time votes_free_at(Witnesses witnesses) const;
  const Peer* first_waiting() const;

  // Failback (E10) and what operators want.
  void consider_failback();
  void consider_wanted();
  Time wanted_until() const;
  bool is_preferred() const;
  bool fails_back_by_itself() const;
  Time ready_at(const Following& following) const;
  void remember_failback(PeerIndex to);
  Time damped_until(const Peer& peer) const;
  Wish wish() const;
  bool accepts_offer() const;
  void want_role(const Wanted& wanted);
  std::optional<Reason> promotion_refusal(bool force) const;
  void fail_back_now(std::uint64_t request);
  void hand_over_on_request(std::uint64_t request, Reason reason, PeerIndex to);
  void settle_wanted(bool accepted, Reason reason);
  void answer(std::uint64_t request, bool accepted, Reason reason);
  void follow_peers(const event::PolicyChanged& changed);

  // Questions.
  std::span<Peer> peers() { return std::span(peers_).first(policy_.peers); }
  std::span<const Peer> peers() const { return std::span(peers_).first(policy_.peers); }
  bool is_alive(const Peer& peer) const { return peer.detector.alive(); }
  bool hears_us(const Peer& peer) const { return is_alive(peer) && !peer.deaf_since; }
  bool holder_lives() const;
  bool claimant_heard_by_others() const;
  bool may_claim() const;
  bool is_better(const Peer& peer) const;
  bool wins_against(const Peer& peer) const;
  bool better_one_still_listens() const;
  std::size_t better_candidates() const;
  const Peer* peer_named(const NodeId& node) const;
  const Peer* heard_holder() const;
  PeerIndex index_of(const Peer& peer) const;
  Time claim_at(const Following& following) const;
  Time next_claim(const Following& following) const;
  Rank own_rank() const;

  // Epochs.
  Epoch next_epoch(Epoch at_least = {});
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
  std::uint16_t penalty_ = 0;
  Claim seen_;                // the highest claim seen or made
  Time seen_at_;              // when it was seen first
  bool seen_holder_ = false;  // since our start somebody held the role
  Epoch floor_;               // what earlier lives may have used, and what was offered
  std::optional<Epoch> reserved_;
  Epoch asked_for_;
  Time now_;
  Time deadline_;
  Time next_speech_;
  Duration lateness_{};  // of all our steps together
  std::optional<Mute> mute_;
  std::optional<Wanted> wanted_;
  std::optional<bool> failback_switch_;  // an operator's, in place of the policy's mode (E10)
  std::optional<Time> damped_until_;     // no failback of its own accord
  Time wishes_heard_from_;               // a handover that failed is not tried again before
  Time penalty_heard_from_;              // the same, for one because of a penalty
  std::optional<Time> lingers_until_;    // what was handed over is still forwarded
  LeaseVoter vote_;                      // this node's own
  LeaseHolder lease_;                    // the votes for its claim
  NodeTag granted_to_;                   // whose `vote_` is
  std::array<Witness, kMaxWitnesses> witnesses_{};
  Time answered_at_;         // a question for the vote, last
  Time budget_ends_at_;      // of extra speeches (E12)
  int drops_ = 0;            // DropAddresses that were not answered yet
  int quiets_ = 0;           // QuietAddresses, the same
  bool draining_ = false;    // asked for, not yet answered
  bool drained_ = false;     // answered in this step
  std::uint8_t speech_ = 0;  // copies to say at the end of this step
  std::uint8_t extra_speeches_ = kMaxExtraSpeeches;
  std::uint64_t random_;
};

}  // namespace flywall::heartbeat
