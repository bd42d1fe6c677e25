// Asks whether somebody already uses an address before we claim it (`arp_ping`; RFC 5227 2.1.1, one
// probe instead of three, the time given by the caller).
//
// One object asks for many addresses at once and never blocks: create, poll `fd`, call
// `on_readable`, and look at `answers` when the deadline has passed. Frames that do not decode are
// ignored.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "netlink/announcer.hpp"
#include "netlink/arp_frame.hpp"
#include "netlink/descriptor.hpp"

namespace flywall::netlink {

struct ArpAnswer {
  IpAddress address;
  std::uint32_t interface_index = 0;
  MacAddress mac;  // of who uses it, or asks for it at the same time
};

class ArpProbe {
 public:
  // Sends the questions. `deadline` is when the silence counts as consent. IPv4 on Ethernet only:
  // others count as silent. Errors: denied, unavailable.
  static Result<ArpProbe> create(std::span<const Announcement> questions, Time deadline);

  int fd() const { return socket_.get(); }
  Time deadline() const { return deadline_; }
  void on_readable();
  // At most one per question.
  std::span<const ArpAnswer> answers() const { return answers_; }
  std::span<const Announcement> questions() const { return questions_; }

 private:
  ArpProbe(Descriptor socket, std::vector<Announcement> questions, Time deadline);
  void judge(const ArpPacket& packet, std::uint32_t interface_index);

  Descriptor socket_;
  std::vector<Announcement> questions_;  // sorted by address
  std::vector<ArpAnswer> answers_;
  Time deadline_;
};

}  // namespace flywall::netlink
