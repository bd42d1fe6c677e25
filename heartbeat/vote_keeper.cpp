#include "heartbeat/vote_keeper.hpp"

#include <algorithm>

namespace flywall::heartbeat {

std::optional<VoteAnswer> VoteKeeper::receive(Time now, const VoteQuestion& question,
                                              std::uint64_t counter) {
  Asker& asker = asker_of(node_tag(question.claim.claimant), now);
  VoteAnswer answer{.self = {identity_.instance, counter},
                    .witness = identity_.witness,
                    .verdict = VoteVerdict::prove,
                    .question = question.self};
  const bool known = asker.latest.instance == question.self.instance;
  if (known && question.self.counter <= asker.latest.counter) return std::nullopt;
  if (!known && !is_proven(asker, question)) {
    if (asker.claimed != question.self.instance) asker.challenge = answer.self;
    asker.claimed = question.self.instance;
    return answer;
  }
  asker.latest = question.self;
  asker.claimed = {};
  switch (question.purpose) {
    case VotePurpose::ask:
      vote(now, question, answer);
      break;
    case VotePurpose::release:
      voter_.given_up(question.claim);
      answer.verdict = VoteVerdict::released;
      break;
    case VotePurpose::greet:
      answer.verdict = VoteVerdict::greeted;
      break;
  }
  answer.seen = seen_;
  return answer;
}

void VoteKeeper::vote(Time now, const VoteQuestion& question, VoteAnswer& answer) {
  const Duration lease = std::min(question.lease, identity_.longest);
  answer.verdict = VoteVerdict::refused;
  if (voter_.ask(now, question.claim, lease)) return;
  answer.verdict = VoteVerdict::granted;
  answer.lease = lease;
  seen_ = std::max(seen_, question.claim);
}

bool VoteKeeper::is_proven(const Asker& asker, const VoteQuestion& question) const {
  return asker.claimed == question.self.instance &&
         question.heard.instance == asker.challenge.instance &&
         question.heard.counter >= asker.challenge.counter;
}

VoteKeeper::Asker& VoteKeeper::asker_of(NodeTag node, Time now) {
  auto found = std::ranges::find(askers_, node, &Asker::node);
  if (found == askers_.end()) {
    found = std::ranges::min_element(askers_, {}, &Asker::heard_at);
    *found = Asker{.node = node, .latest = {}, .claimed = {}, .challenge = {}, .heard_at = {}};
  }
  found->heard_at = now;
  return *found;
}

}  // namespace flywall::heartbeat
