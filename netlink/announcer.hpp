// Sends gratuitous ARP in request and reply form, and unsolicited neighbour advertisements, over
// one packet socket, many frames per system call. Knows no schedule (announcement_schedule.hpp) and
// no role.
#pragma once

#include <cstdint>
#include <span>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/inline_vector.hpp"
#include "netlink/limits.hpp"
#include "netlink/link_state.hpp"

namespace flywall::netlink {

struct Announcement {
  IpAddress address;
  std::uint32_t interface_index = 0;
  std::uint8_t hardware_length = 0;  // only 6 (Ethernet) is announced
  MacAddress mac;
  bool router = false;  // IPv6: the interface forwards
};

struct AnnouncerCounters {
  std::uint64_t frames = 0;
  std::uint64_t refused = 0;  // hardware addresses that are not 6 bytes
  std::uint64_t failed = 0;   // the interface refused: down, gone
};

class Announcer {
 public:
  // In the network namespace of the calling thread; needs CAP_NET_RAW. Errors: denied, unavailable.
  static Result<Announcer> create();

  using Unsent = InlineVector<std::uint32_t, kAnnouncementsPerBatch>;

  // Sends both forms for each IPv4 address, one advertisement for each IPv6 address; never blocks.
  // Answers the positions of those whose interface's queue is full: try them later. What an
  // interface refuses (down, gone) is counted and not tried again. Precondition: at most
  // kAnnouncementsPerBatch.
  Unsent send(std::span<const Announcement> announcements);
  const AnnouncerCounters& counters() const { return counters_; }

 private:
  explicit Announcer(Descriptor socket);

  Descriptor socket_;
  AnnouncerCounters counters_;
};

}  // namespace flywall::netlink
