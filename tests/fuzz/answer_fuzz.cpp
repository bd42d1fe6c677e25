// What a neighbour answers to our probes, as it comes from the network: any bytes as an ARP frame,
// a neighbour advertisement, an echo reply of either family.
#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "netlink/arp_frame.hpp"
#include "netlink/echo_message.hpp"
#include "netlink/ndp_message.hpp"

namespace {

using namespace flywall;
using namespace flywall::netlink;

void read_arp(Bytes frame) {
  const auto packet = parse_arp(frame);
  if (!packet) return;
  FLYWALL_CHECK(frame.size() >= kArpFrameBytes);
  FLYWALL_CHECK(packet->sender.family == Family::ipv4 && packet->target.family == Family::ipv4);
  FLYWALL_CHECK(parse_arp(frame.first(kArpFrameBytes)) == packet);
}

void read_advertisement(Bytes message) {
  const auto advertisement = parse_advertisement(message);
  if (!advertisement) return;
  FLYWALL_CHECK(message[0] == kIcmp6Advertisement);
  FLYWALL_CHECK(advertisement->target.family == Family::ipv6);
}

// An echo that is believed comes back the same when it is sent again as a reply.
void read_echo(Family family, Bytes message) {
  const auto echo = parse_echo_reply(family, message);
  if (!echo) return;
  EchoMessage again = echo_request(family, *echo);
  again[0] = family == Family::ipv6 ? kIcmp6EchoReply : kIcmpEchoReply;
  FLYWALL_CHECK(parse_echo_reply(family, again) == echo);
  FLYWALL_CHECK(std::ranges::equal(Bytes(again).subspan(4), message.subspan(4, kEchoBytes - 4)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Bytes message(bytes, size);
  read_arp(message);
  read_advertisement(message);
  read_echo(Family::ipv4, message);
  read_echo(Family::ipv6, message);
  return 0;
}
