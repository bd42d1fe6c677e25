#include "tests/simulation/machine.hpp"

namespace flywall::simulation {

namespace action = heartbeat::action;

namespace {

std::string text_of(const heartbeat::Claim& claim) {
  return "(" + std::to_string(claim.epoch.value) + ", " + claim.claimant.str() + ")";
}

// What each action looks like in a transcript; empty for what is not worth a line.
struct Words {
  const Plan& plan;
  std::size_t node;

  std::string peer(PeerIndex index) const {
    const std::size_t other = index.value < node ? index.value : std::size_t{index.value} + 1;
    return plan.node[other].policy.self.str();
  }
  std::string operator()(const action::Speak&) const { return ""; }
  std::string operator()(const action::TakeAddresses& take) const {
    return "takes the addresses for epoch " + std::to_string(take.epoch.value);
  }
  std::string operator()(const action::DropAddresses&) const { return "drops the addresses"; }
  std::string operator()(const action::QuietAddresses&) const { return "quiets the addresses"; }
  std::string operator()(const action::Prepare&) const { return ""; }
  std::string operator()(const action::Announce&) const { return "announces again"; }
  std::string operator()(const action::DrainSockets&) const { return ""; }
  std::string operator()(const action::ReserveEpochs& reserve) const {
    return "reserves epochs up to " + std::to_string(reserve.up_to.value);
  }
  std::string operator()(const action::AskWitness& ask) const {
    return "asks witness " + std::to_string(ask.witness);
  }
  std::string operator()(const action::ReleaseWitness& release) const {
    return "releases witness " + std::to_string(release.witness);
  }
  std::string operator()(const action::Answer& answer) const {
    return answer.accepted ? "accepts the order"
                           : std::string("refuses the order: ") + heartbeat::name_of(answer.reason);
  }
  std::string operator()(const action::Transition& change) const {
    return std::string(heartbeat::name_of(change.from)) + " -> " + heartbeat::name_of(change.to) +
           ": " + heartbeat::sentence_of(change.reason) +
           (change.peer ? " [" + peer(*change.peer) + "]" : "") + ", claim " +
           text_of(change.claim);
  }
  std::string operator()(const action::PeerChanged& change) const {
    return (change.path ? "path " + std::to_string(change.path->value) + " of " : "") +
           peer(change.peer) + (change.alive ? " is heard" : " is silent");
  }
  std::string operator()(const action::SplitBrain& split) const {
    return "meets a second primary, " + peer(split.peer) + ", after " +
           milliseconds(split.duration) + (split.stays ? ", and stays" : ", and leaves");
  }
  std::string operator()(const action::Reclaimed& again) const {
    return "claims again " + text_of(again.claim) + ": " + heartbeat::name_of(again.reason);
  }
  std::string operator()(const action::Paused& paused) const {
    return "did not run for " + milliseconds(paused.gap);
  }
  std::string operator()(const action::EpochUnreserved& unreserved) const {
    return "alarm: epoch " + std::to_string(unreserved.epoch.value) +
           " would be forgotten by a crash";
  }
  std::string operator()(const action::Stopped&) const { return "has stopped"; }
};

}  // namespace

void Machine::tell(const heartbeat::Action& what) {
  stage_.chronicle.mix(now(), index_, what.index());
  stage_.chronicle.mix(election_->claim().epoch.value);
  if (!stage_.chronicle.is_read()) return;
  const std::string words = std::visit(Words{stage_.plan, node_}, what);
  if (!words.empty())
    stage_.chronicle.write(now(), stage_.plan.name_of_machine(index_, node_), words);
}

}  // namespace flywall::simulation
