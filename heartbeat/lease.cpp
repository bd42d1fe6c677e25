#include "heartbeat/lease.hpp"

#include <algorithm>
#include <functional>

#include "base/check.hpp"

namespace flywall::heartbeat {

const char* name_of(VoteRefusal refusal) {
  switch (refusal) {
    case VoteRefusal::restarted:
      return "restarted";
    case VoteRefusal::promised:
      return "promised";
    case VoteRefusal::lower_claim:
      return "lower_claim";
    case VoteRefusal::already_given_up:
      return "already_given_up";
  }
  return "unknown";
}

std::optional<VoteRefusal> LeaseVoter::ask(Time now, const Claim& claim, Duration lease) {
  FLYWALL_CHECK(lease > 0ns);
  if (now < silent_until_) return VoteRefusal::restarted;
  if (now < until_ && claim.claimant != granted_.claimant) return VoteRefusal::promised;
  if (claim < granted_) return VoteRefusal::lower_claim;
  if (has_given_up(claim)) return VoteRefusal::already_given_up;
  granted_ = claim;
  until_ = std::max(until_, later(now, lease));
  return std::nullopt;
}

bool LeaseVoter::has_given_up(const Claim& claim) const {
  return std::ranges::any_of(ended_, [&](const Claim& ended) {
    return ended.claimant == claim.claimant && claim <= ended;
  });
}

// Of more claimants than there are voters the lowest claim is forgotten.
void LeaseVoter::note_end(const Claim& claim) {
  const auto former = std::ranges::find(ended_, claim.claimant, &Claim::claimant);
  if (former != ended_.end())
    *former = claim;
  else if (!ended_.try_push_back(claim))
    *std::ranges::min_element(ended_) = claim;
}

void LeaseVoter::given_up(const Claim& claim) {
  if (!has_given_up(claim)) note_end(claim);
  if (granted_ <= claim && granted_.claimant == claim.claimant) until_ = Time::min();
}

std::optional<Promise> LeaseVoter::promise(Time now) const {
  if (now >= until_) return std::nullopt;
  return Promise{granted_, until_};
}

Time LeaseVoter::free_for(const NodeId& claimant) const {
  return granted_.claimant == claimant ? silent_until_ : std::max(silent_until_, until_);
}

LeaseHolder::LeaseHolder(std::size_t voters) : voters_(voters) {
  FLYWALL_CHECK(voters >= 1 && voters <= kMaxVoters);
}

void LeaseHolder::reseat(std::size_t voters, const Former& former) {
  FLYWALL_CHECK(voters >= 1 && voters <= kMaxVoters);
  const auto before = votes_;
  for (std::size_t i = 0; i < kMaxVoters; ++i)
    votes_[i] = i < voters && former[i] ? before[*former[i]] : Vote{};
  voters_ = voters;
}

void LeaseHolder::begin(const Claim& claim) {
  votes_.fill(Vote{});
  lowest_ = highest_ = claim;
}

void LeaseHolder::raise(const Claim& higher) {
  FLYWALL_CHECK(lowest_ && higher >= highest_ && higher.claimant == highest_.claimant);
  highest_ = higher;
}

void LeaseHolder::end() {
  votes_.fill(Vote{});
  lowest_.reset();
}

void LeaseHolder::granted(std::size_t voter, const Claim& claim, Time asked, Duration lease) {
  FLYWALL_CHECK(voter < voters_);
  if (!lowest_ || claim < *lowest_ || claim > highest_) return;
  Vote& vote = votes_[voter];
  vote.until = std::max(vote.until, later(asked, lease - lease_margin(lease)));
}

// The majority-th latest end: until then that many votes count.
Time LeaseHolder::until() const {
  std::array<Vote, kMaxVoters> votes = votes_;
  const std::size_t majority = voters_ / 2 + 1;
  const auto begin = votes.begin();
  const auto nth = begin + static_cast<std::ptrdiff_t>(majority - 1);
  std::nth_element(begin, nth, begin + static_cast<std::ptrdiff_t>(voters_),
                   [](const Vote& a, const Vote& b) { return a.until > b.until; });
  return nth->until;
}

std::size_t LeaseHolder::votes(Time now) const {
  return static_cast<std::size_t>(
      std::count_if(votes_.begin(), votes_.begin() + static_cast<std::ptrdiff_t>(voters_),
                    [now](const Vote& vote) { return now < vote.until; }));
}

}  // namespace flywall::heartbeat
