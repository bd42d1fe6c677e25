// Asks whether somebody already uses an address before we claim it (`arp_ping`; RFC 5227 2.1.1 for
// IPv4, RFC 4862 5.4.2 for IPv6: one probe instead of three, the time given by the caller).
//
// One object asks for many addresses at once and never blocks: create, poll `fds`, call
// `on_readable`, and look at `answers` when the deadline has passed. What does not decode is
// ignored, and so is a neighbour advertisement that came through a router (hop limit below 255).
// Two nodes that ask for one IPv6 address at the same moment do not hear each other, because nobody
// joins the solicited-node group; who may claim at all is not decided here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "netlink/announcer.hpp"
#include "netlink/arp_frame.hpp"
#include "netlink/icmp_socket.hpp"
#include "netlink/ndp_message.hpp"

namespace flywall::netlink {

struct ArpAnswer {
  IpAddress address;
  std::uint32_t interface_index = 0;
  MacAddress mac;  // of who uses it, or asks for it at the same time
};

class ArpProbe {
 public:
  // Sends the questions. `deadline` is when the silence counts as consent. Ethernet only: others
  // count as silent. Errors: denied, unavailable.
  static Result<ArpProbe> create(std::span<const Announcement> questions, Time deadline);

  InlineVector<int, 2> fds() const;
  Time deadline() const { return deadline_; }
  void on_readable();
  // At most one per question.
  std::span<const ArpAnswer> answers() const { return answers_; }
  std::span<const Announcement> questions() const { return questions_; }

 private:
  ArpProbe(Descriptor socket, std::optional<IcmpSocket> advertisements,
           std::vector<Announcement> questions, Time deadline);
  void read_arp();
  void read_advertisements();
  void judge(const ArpPacket& packet, std::uint32_t interface_index);
  void judge(const Advertisement& answer, std::uint32_t interface_index);
  void answered(const ArpAnswer& answer);

  Descriptor socket_;                         // sends everything, hears ARP
  std::optional<IcmpSocket> advertisements_;  // only when there are questions for IPv6
  std::vector<Announcement> questions_;       // sorted by address
  std::vector<ArpAnswer> answers_;
  Time deadline_;
};

}  // namespace flywall::netlink
