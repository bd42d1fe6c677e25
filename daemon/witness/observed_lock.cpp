#include "daemon/witness/observed_lock.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.hpp"
#include "heartbeat/lease.hpp"

namespace flywall::witness {

namespace {

constexpr std::string_view kMark = "flywall-lock 1";

// The next word, which is followed by a space or by the end.
std::string_view next_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<std::uint64_t> number(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

constexpr std::array<std::string_view, 3> kStandings{"held", "released", "marked"};

std::int64_t in_milliseconds(Duration lease) { return lease / 1ms; }

}  // namespace

std::string to_text(const LockRecord& record) {
  std::string text(kMark);
  text += ' ' + std::to_string(record.claim.epoch.value) + ' ' + record.claim.claimant.str() + ' ' +
          std::to_string(record.sequence) + ' ' + std::to_string(in_milliseconds(record.lease)) +
          ' ';
  text += kStandings[static_cast<std::size_t>(record.standing)];
  return text + '\n';
}

std::optional<LockRecord> parse_record(std::string_view text) {
  if (text.size() > kMaxRecordText || !text.starts_with(kMark)) return std::nullopt;
  std::string_view rest = text.substr(kMark.size());
  if (!rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(1);
  const auto epoch = number(next_word(rest));
  const std::string_view owner = next_word(rest);
  const auto sequence = number(next_word(rest));
  const auto lease = number(next_word(rest));
  if (!epoch || !sequence || !lease || *lease == 0 || *lease > 86'400'000) return std::nullopt;
  if (owner.empty() || owner.size() > NodeId::kMaxLength) return std::nullopt;
  const auto standing = std::find_if(kStandings.begin(), kStandings.end(),
                                     [&](std::string_view s) { return rest.starts_with(s); });
  if (standing == kStandings.end()) return std::nullopt;
  const LockRecord record{.claim = {Epoch{*epoch}, NodeId(owner)},
                          .sequence = *sequence,
                          .lease = static_cast<std::int64_t>(*lease) * 1ms,
                          .standing = static_cast<Standing>(standing - kStandings.begin())};
  if (to_text(record) != text) return std::nullopt;
  return record;
}

Verdict ObservedLock::ask(Time now, const heartbeat::Claim& claim, Duration lease,
                          const std::optional<Seen>& seen) {
  FLYWALL_CHECK(lease >= 1ms && lease % 1ms == 0ns);
  if (!seen) {
    const auto unique = static_cast<std::uint64_t>(nanoseconds(now));
    return Write{{claim, unique, lease, Standing::marked}};
  }
  const LockRecord& record = seen->record;
  observe(now, seen);
  if (claim < record.claim) return Behind{record.claim.epoch};
  const bool own = record.claim.claimant == claim.claimant && record.standing == Standing::held;
  if (!own && record.standing != Standing::released) {
    const Duration theirs = std::max(record.lease, lease);
    const Time free_at = observed_->since + theirs + heartbeat::lease_margin(theirs);
    if (now < free_at) return Wait{free_at, record.claim};
  }
  return Write{{claim, record.sequence + 1, lease, Standing::held}};
}

void ObservedLock::observe(Time now, const std::optional<Seen>& seen) {
  if (!seen)
    observed_.reset();
  else if (!observed_ || observed_->version != seen->version)
    observed_ = Observation{seen->version, now};
}

std::optional<LockRecord> ObservedLock::release(const heartbeat::Claim& claim,
                                                const std::optional<Seen>& seen) const {
  if (!seen || seen->record.standing != Standing::held ||
      seen->record.claim.claimant != claim.claimant || seen->record.claim > claim)
    return std::nullopt;
  LockRecord record = seen->record;
  ++record.sequence;
  record.standing = Standing::released;
  return record;
}

}  // namespace flywall::witness
