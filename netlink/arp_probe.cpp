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

void send_frame(int socket, Bytes frame, std::uint16_t protocol, std::uint32_t interface_index) {
  sockaddr_ll target{};
  target.sll_family = AF_PACKET;
  target.sll_protocol = htons(protocol);
  target.sll_ifindex = static_cast<int>(interface_index);
  target.sll_halen = ETH_ALEN;
  std::ranges::copy(frame.first(ETH_ALEN), target.sll_addr);
  sendto(socket, frame.data(), frame.size(), MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&target), sizeof target);
}

void ask(int socket, const Announcement& question) {
  const std::uint32_t interface_index = question.interface_index;
  if (question.hardware_length != ETH_ALEN) return;
  if (question.address.family == Family::ipv4)
    send_frame(socket, arp_probe_frame(question.mac, question.address), ETH_P_ARP, interface_index);
  if (question.address.family == Family::ipv6)
    send_frame(socket, duplicate_question(question.mac, question.address), ETH_P_IPV6,
               interface_index);
}

// RFC 5227 2.1.1: any packet from that address, or a probe of somebody else for it, is a conflict.
bool conflicts(const ArpPacket& packet, const Announcement& question) {
  if (packet.sender_mac == question.mac) return false;
  if (packet.sender == question.address) return true;
  return packet.sender == IpAddress::from_bytes(std::array<std::uint8_t, 4>{}) &&
         packet.target == question.address && packet.operation == ArpOperation::request;
}

}  // namespace

ArpProbe::ArpProbe(Descriptor socket, std::optional<IcmpSocket> advertisements,
                   std::vector<Announcement> questions, Time deadline)
    : socket_(std::move(socket)),
      advertisements_(std::move(advertisements)),
      questions_(std::move(questions)),
      deadline_(deadline) {}

Result<ArpProbe> ArpProbe::create(std::span<const Announcement> questions, Time deadline) {
  static constexpr const char* kPurpose = "ask whether an address is in use";
  static constexpr std::uint8_t kHeard[] = {kIcmp6Advertisement};
  auto socket = open_packet_socket(kPurpose, ETH_P_ARP);
  if (!socket) return std::unexpected(std::move(socket.error()));
  enlarge_receive_buffer(socket->get(), kProbeBufferBytes);
  std::optional<IcmpSocket> advertisements;
  if (std::ranges::any_of(questions, [](const auto& question) {
        return question.address.family == Family::ipv6;
      })) {
    auto opened = IcmpSocket::create(Family::ipv6, kHeard, kPurpose);
    if (!opened) return std::unexpected(std::move(opened.error()));
    advertisements = std::move(*opened);
  }
  std::vector<Announcement> sorted(questions.begin(), questions.end());
  std::ranges::sort(sorted, {}, &Announcement::address);
  for (const Announcement& question : sorted) ask(socket->get(), question);
  return ArpProbe(std::move(*socket), std::move(advertisements), std::move(sorted), deadline);
}

InlineVector<int, 2> ArpProbe::fds() const {
  InlineVector<int, 2> result;
  result.push_back(socket_.get());
  if (advertisements_) result.push_back(advertisements_->fd());
  return result;
}

void ArpProbe::on_readable() {
  read_arp();
  if (advertisements_) read_advertisements();
}

void ArpProbe::read_arp() {
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

void ArpProbe::read_advertisements() {
  for (int i = 0; i < kDatagramsPerRead; ++i) {
    const auto received = advertisements_->receive();
    if (!received) return;
    if (received->hop_limit != kNdpHopLimit) continue;
    if (const auto answer = parse_advertisement(received->message()))
      judge(*answer, received->interface_index);
  }
}

void ArpProbe::judge(const ArpPacket& packet, std::uint32_t interface_index) {
  for (const IpAddress& address : {packet.sender, packet.target}) {
    const auto range = std::ranges::equal_range(questions_, address, {}, &Announcement::address);
    for (const Announcement& question : range)
      if (question.interface_index == interface_index && conflicts(packet, question))
        answered({address, interface_index, packet.sender_mac});
  }
}

void ArpProbe::judge(const Advertisement& answer, std::uint32_t interface_index) {
  const auto range =
      std::ranges::equal_range(questions_, answer.target, {}, &Announcement::address);
  for (const Announcement& question : range)
    if (question.interface_index == interface_index && answer.mac != question.mac)
      answered({answer.target, interface_index, answer.mac.value_or(MacAddress{})});
}

void ArpProbe::answered(const ArpAnswer& answer) {
  const bool known = std::ranges::any_of(answers_, [&](const ArpAnswer& other) {
    return other.address == answer.address && other.interface_index == answer.interface_index;
  });
  if (!known) answers_.push_back(answer);
}

}  // namespace flywall::netlink
