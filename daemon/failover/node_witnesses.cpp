#include "daemon/failover/node_witnesses.hpp"

#include <utility>

namespace flywall::failover {

using heartbeat::VoteAsker;
using heartbeat::VotePurpose;
using heartbeat::VoteVerdict;
using heartbeat::WitnessIndex;

NodeWitnesses::NodeWitnesses(const Identity& identity, const heartbeat::Sealer& sealer,
                             const WitnessSettings& settings)
    : identity_(identity), sealer_(sealer), asker_(identity.instance) {
  reconfigure(settings);
}

void NodeWitnesses::reconfigure(const WitnessSettings& settings) {
  InlineVector<Witness, heartbeat::kMaxWitnesses> now;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (i < witnesses_.size() && witnesses_[i].setting == settings[i]) {
      now.push_back(witnesses_[i]);
      continue;
    }
    asker_.forget(static_cast<WitnessIndex>(i));
    Witness witness{.setting = settings[i], .at = {}, .asked_at = {}, .status = {}};
    if (settings[i].address) witness.at.push_back(Endpoint{*settings[i].address, settings[i].port});
    now.push_back(witness);
  }
  witnesses_ = now;
}

void NodeWitnesses::resolved(const processes::message::WitnessResolved& resolved) {
  if (!knows(resolved.witness)) return;
  Witness& witness = witnesses_[resolved.witness];
  witness.at.clear();
  for (const IpAddress& address : resolved.addresses)
    witness.at.try_push_back(Endpoint{address, witness.setting.port});
}

bool NodeWitnesses::knows(WitnessIndex witness) const {
  return witness < witnesses_.size() && witnesses_[witness].setting.node;
}

void NodeWitnesses::ask(heartbeat::Transport& transport, Time now,
                        const heartbeat::action::AskWitness& ask) {
  say(transport, now, ask.witness,
      {.purpose = VotePurpose::ask, .claim = ask.claim, .lease = ask.lease});
}

void NodeWitnesses::release(heartbeat::Transport& transport, Time now,
                            const heartbeat::action::ReleaseWitness& release) {
  for (int copy = 0; copy < kReleaseCopies; ++copy)
    say(transport, now, release.witness, {.purpose = VotePurpose::release, .claim = release.claim});
}

void NodeWitnesses::say(heartbeat::Transport& transport, Time now, WitnessIndex index,
                        const VoteAsker::Wish& wish) {
  Witness& witness = witnesses_[index];
  witness.asked_at = now;
  ++witness.unanswered;
  ++witness.status.questions;
  send(transport, witness, asker_.ask(now, index, wish));
}

void NodeWitnesses::send(heartbeat::Transport& transport, const Witness& witness,
                         const heartbeat::VoteQuestion& question) {
  const Bytes sealed = sealer_.seal(room_, encode(question, room_));
  for (const Endpoint& to : witness.at)
    transport.send({.to = to, .source = {}, .interface = 0}, sealed);
}

std::optional<WitnessIndex> NodeWitnesses::tend(heartbeat::Transport& transport, Time now) {
  std::optional<WitnessIndex> silent;
  for (WitnessIndex index = 0; index < witnesses_.size(); ++index) {
    Witness& witness = witnesses_[index];
    if (!witness.setting.node) continue;
    if (now - witness.asked_at >= kGreetPause)
      say(transport, now, index,
          {.purpose = VotePurpose::greet, .claim = {Epoch{}, identity_.self}});
    const bool quiet = witness.unanswered > kSilentAfter;
    if (quiet && !silent && std::exchange(witness.status.reachable, false)) silent = index;
  }
  return silent;
}

bool NodeWitnesses::is_answer(Bytes sealed) {
  const auto header = heartbeat::decode_header(sealed);
  return header && header->kind == heartbeat::Kind::answer;
}

NodeWitnesses::Heard NodeWitnesses::receive(heartbeat::Transport& transport, Time now,
                                            const heartbeat::Arrival& arrival) {
  const auto clear = sealer_.open(arrival.bytes);
  if (!clear) return {};
  const auto answer = heartbeat::decode_answer(*clear);
  if (!answer) return {};
  const auto receipt = asker_.receive(now, *answer);
  if (!receipt || receipt->witness >= witnesses_.size()) return {};
  Witness& witness = witnesses_[receipt->witness];
  witness.unanswered = 0;
  ++witness.status.answers;
  witness.status.heard_at = now;
  witness.status.round_trip = receipt->round_trip;
  if (receipt->again) send(transport, witness, *receipt->again);
  if (receipt->answered) {
    witness.status.granted = receipt->answered->granted;
    witness.status.seen = receipt->answered->seen;
  }
  Heard heard{.answered = receipt->answered, .found = {}};
  if (!std::exchange(witness.status.reachable, true)) heard.found = receipt->witness;
  return heard;
}

void NodeWitnesses::describe(processes::Snapshot& snapshot) const {
  for (std::size_t i = 0; i < witnesses_.size(); ++i) snapshot.witnesses[i] = witnesses_[i].status;
}

}  // namespace flywall::failover
