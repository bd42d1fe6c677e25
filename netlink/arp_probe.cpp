#include "netlink/arp_probe.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "netlink/arp_frame.hpp"
#include "netlink/open_socket.hpp"

namespace flywall::netlink {

namespace {

void ask(int socket, const Announcement& question) {
  if (question.address.family != Family::ipv4 || question.hardware_length != ETH_ALEN) return;
  const ArpFrame frame = arp_probe_frame(question.mac, question.address);
  sockaddr_ll target{};
  target.sll_family = AF_PACKET;
  target.sll_protocol = htons(ETH_P_ARP);
  target.sll_ifindex = static_cast<int>(question.interface_index);
  target.sll_halen = ETH_ALEN;
  std::fill_n(target.sll_addr, ETH_ALEN, std::uint8_t{0xff});
  sendto(socket, frame.data(), frame.size(), MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&target), sizeof target);
}

// RFC 5227 2.1.1: any packet from that address, or a probe of somebody else for it, is a conflict.
bool conflicts(const ArpPacket& packet, const Announcement& question) {
  if (packet.sender_mac == question.mac) return false;
  if (packet.sender == question.address) return true;
  return packet.sender == IpAddress::from_bytes(std::array<std::uint8_t, 4>{}) &&
         packet.target == question.address && packet.operation == ArpOperation::request;
}

}  // namespace

ArpProbe::ArpProbe(Descriptor socket, std::vector<Announcement> questions, Time deadline)
    : socket_(std::move(socket)), questions_(std::move(questions)), deadline_(deadline) {}

Result<ArpProbe> ArpProbe::create(std::span<const Announcement> questions, Time deadline) {
  auto socket = open_packet_socket("ask whether an address is in use", ETH_P_ARP);
  if (!socket) return std::unexpected(std::move(socket.error()));
  enlarge_receive_buffer(socket->get(), kProbeBufferBytes);
  std::vector<Announcement> sorted(questions.begin(), questions.end());
  std::ranges::sort(sorted, {}, &Announcement::address);
  for (const Announcement& question : sorted) ask(socket->get(), question);
  return ArpProbe(std::move(*socket), std::move(sorted), deadline);
}

void ArpProbe::on_readable() {
  for (int i = 0; i < kDatagramsPerRead; ++i) {
    std::array<std::uint8_t, 64> frame;
    sockaddr_ll sender{};
    socklen_t sender_size = sizeof sender;
    const ssize_t size = recvfrom(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                                  reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (size < 0) return;
    if (sender.sll_pkttype == PACKET_OUTGOING) continue;
    if (auto packet = parse_arp(Bytes(frame).first(static_cast<std::size_t>(size))))
      judge(*packet, static_cast<std::uint32_t>(sender.sll_ifindex));
  }
}

void ArpProbe::judge(const ArpPacket& packet, std::uint32_t interface_index) {
  for (const IpAddress& address : {packet.sender, packet.target}) {
    const auto range = std::ranges::equal_range(questions_, address, {}, &Announcement::address);
    for (const Announcement& question : range) {
      if (question.interface_index != interface_index || !conflicts(packet, question)) continue;
      const bool known = std::ranges::any_of(answers_, [&](const ArpAnswer& answer) {
        return answer.address == address && answer.interface_index == interface_index;
      });
      if (!known) answers_.push_back({address, interface_index, packet.sender_mac});
    }
  }
}

}  // namespace flywall::netlink
