// The witness nodes of this node's cluster: where they are, what they are asked, whether they
// answer. They are as quick as heartbeats, so the failover thread asks them itself.
//
// Who is not asked is greeted every kGreetPause, so that a silent witness is known before its vote
// is needed, and its proof of freshness is there (heartbeat/vote_keeper.hpp, W1).
//
// Knows keys, addresses and questions; knows no role. Never waits, allocates nothing after its
// making.
#pragma once

#include <optional>

#include "daemon/failover/loop_setting.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/processes/snapshot.hpp"
#include "heartbeat/seal.hpp"
#include "heartbeat/transport.hpp"
#include "heartbeat/vote_asker.hpp"

namespace flywall::failover {

inline constexpr Duration kGreetPause = 1s;
inline constexpr int kSilentAfter = 4;           // questions in a row without an answer
inline constexpr int kReleaseCopies = 3;         // nobody repeats a release that was lost
inline constexpr std::size_t kMaxAddresses = 4;  // of one witness; each is asked

class NodeWitnesses {
 public:
  struct Identity {
    NodeId self;
    InstanceId instance;
  };
  struct Heard {
    std::optional<heartbeat::event::WitnessAnswered> answered;
    std::optional<heartbeat::WitnessIndex> found;  // silent until now
  };

  NodeWitnesses(const Identity& identity, const heartbeat::Sealer& sealer,
                const WitnessSettings& settings);
  void reconfigure(const WitnessSettings& settings);
  void reseal(const heartbeat::Sealer& sealer) { sealer_ = sealer; }
  void resolved(const processes::message::WitnessResolved& resolved);

  // Whether `witness` is a node; of lock providers this knows nothing.
  bool knows(heartbeat::WitnessIndex witness) const;
  void ask(heartbeat::Transport& transport, Time now, const heartbeat::action::AskWitness& ask);
  void release(heartbeat::Transport& transport, Time now,
               const heartbeat::action::ReleaseWitness& release);
  // Greets who is due. Which witness fell silent, one per call.
  std::optional<heartbeat::WitnessIndex> tend(heartbeat::Transport& transport, Time now);
  // What arrived, when it is an answer of a witness; it is changed in place.
  static bool is_answer(Bytes sealed);
  Heard receive(heartbeat::Transport& transport, Time now, const heartbeat::Arrival& arrival);

  void describe(processes::Snapshot& snapshot) const;

 private:
  struct Witness {
    WitnessSetting setting;
    InlineVector<Endpoint, kMaxAddresses> at;
    Time asked_at;
    int unanswered = 0;
    processes::WitnessStatus status;
  };
  void say(heartbeat::Transport& transport, Time now, heartbeat::WitnessIndex witness,
           const heartbeat::VoteAsker::Wish& wish);
  void send(heartbeat::Transport& transport, const Witness& witness,
            const heartbeat::VoteQuestion& question);

  Identity identity_;
  heartbeat::Sealer sealer_;
  heartbeat::VoteAsker asker_;
  InlineVector<Witness, heartbeat::kMaxWitnesses> witnesses_;
  std::array<std::uint8_t, heartbeat::kMaxVoteSize> room_{};
};

}  // namespace flywall::failover
