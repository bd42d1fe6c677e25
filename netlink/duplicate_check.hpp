// Which `arp_ping` addresses may be claimed: asked, silent, answered (V4).
//
// Keeps the verdicts by position and one probe at a time; addresses that come up meanwhile wait for
// the next. Knows nothing of plans.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "netlink/arp_probe.hpp"
#include "netlink/limits.hpp"

namespace flywall::netlink {

class DuplicateCheck {
 public:
  enum class Verdict : std::uint8_t { unasked, silent, answered };
  struct Question {
    std::uint32_t position = 0;  // in the caller's list
    Announcement announcement;
  };

  void clear();
  Verdict verdict(std::uint32_t position) const;
  // Who answered last time.
  std::optional<MacAddress> answered_by(std::uint32_t position) const;

  // Asks now, unless a probe runs or those that were answered are still to be left alone.
  // Error: the probe could not be sent; asked again at the next call.
  Result<void> ask(std::span<const Question> questions, Time now);

  InlineVector<int, 2> fds() const { return probe_ ? probe_->fds() : InlineVector<int, 2>{}; }
  Time deadline() const;
  void on_readable();
  // True when verdicts came in, or answered addresses are to be asked again: plan again.
  bool on_deadline(Time now);

 private:
  struct Entry {
    Verdict verdict = Verdict::unasked;
    MacAddress mac;
    Time ask_again = Time::min();
  };
  std::map<std::uint32_t, Entry> entries_;
  std::optional<ArpProbe> probe_;
  std::map<std::pair<IpAddress, std::uint32_t>, std::uint32_t> asked_;  // of the running probe
  Time ask_again_ = kNever;
};

}  // namespace flywall::netlink
