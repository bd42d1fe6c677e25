#include "netlink/neighbour_probe.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/check.hpp"
#include "netlink/arp_frame.hpp"
#include "netlink/ndp_message.hpp"
#include "netlink/open_socket.hpp"

namespace flywall::netlink {

namespace {

constexpr const char* kPurpose = "ask gateways and neighbours";

}  // namespace

NeighbourProbe::NeighbourProbe(Descriptor packet, IcmpSocket icmp, IcmpSocket icmp6,
                               std::uint64_t seed)
    : packet_(std::move(packet)), icmp_(std::move(icmp)), icmp6_(std::move(icmp6)) {
  echo_.cookie = seed;
  echo_.identifier = static_cast<std::uint16_t>(seed >> 48);
}

Result<NeighbourProbe> NeighbourProbe::create(std::uint64_t seed) {
  static constexpr std::uint8_t kHeard[] = {kIcmpEchoReply};
  static constexpr std::uint8_t kHeard6[] = {kIcmp6EchoReply, kIcmp6Advertisement};
  auto packet = open_packet_socket(kPurpose, ETH_P_ARP);
  if (!packet) return std::unexpected(std::move(packet.error()));
  enlarge_receive_buffer(packet->get(), kProbeBufferBytes);
  auto icmp = IcmpSocket::create(Family::ipv4, kHeard, kPurpose);
  if (!icmp) return std::unexpected(std::move(icmp.error()));
  auto icmp6 = IcmpSocket::create(Family::ipv6, kHeard6, kPurpose);
  if (!icmp6) return std::unexpected(std::move(icmp6.error()));
  return NeighbourProbe(std::move(*packet), std::move(*icmp), std::move(*icmp6), seed);
}

bool NeighbourProbe::ask(std::span<const ProbeTarget> targets, Time at, Duration patience) {
  FLYWALL_CHECK(patience > Duration{0});
  if (busy() || targets.empty() || targets.size() > kProbeTargets) return false;
  echo_.cookie += 0x9e3779b97f4a7c15;  // another for each round
  for (const ProbeTarget& target : targets) {
    FLYWALL_CHECK(target.method == ProbeMethod::echo || target.interface_index != 0);
    if (target.method == ProbeMethod::neighbour)
      neighbours_.emplace(Key{target.address, target.interface_index}, results_.size());
    results_.push_back({target, ProbeOutcome::silent, {}, {}, 0});
  }
  sent_.assign(targets.size(), kNever);
  open_ = targets.size();
  next_ = 0;
  patience_ = patience;
  next_batch_ = at;
  on_readable(at);  // what came before the round
  send_due(at);
  return true;
}

InlineVector<int, 3> NeighbourProbe::fds() const {
  InlineVector<int, 3> result;
  for (const int fd : {packet_.get(), icmp_.fd(), icmp6_.fd()}) result.push_back(fd);
  return result;
}

Time NeighbourProbe::deadline() const {
  if (!busy()) return kNever;
  if (next_ < results_.size()) return next_batch_;
  return open_ == 0 ? Time::min() : later(sent_.back(), patience_);
}

bool NeighbourProbe::over(Time at) const { return busy() && at >= deadline(); }

void NeighbourProbe::send_due(Time at) {
  if (at < next_batch_) return;
  for (std::size_t i = 0; i < kProbesPerBatch && next_ < results_.size(); ++i, ++next_) {
    sent_[next_] = at;
    const int errno_value = send(static_cast<std::uint16_t>(next_), at);
    if (errno_value == 0) continue;
    results_[next_].outcome = ProbeOutcome::unsent;
    results_[next_].errno_value = errno_value;
    --open_;
  }
  next_batch_ = next_ < results_.size() ? later(at, kProbeBatchPause) : kNever;
}

int NeighbourProbe::send(std::uint16_t index, Time at) {
  const ProbeTarget& target = results_[index].target;
  if (target.address.family == Family::none) return EAFNOSUPPORT;
  sent_[index] = at;
  return target.method == ProbeMethod::echo ? send_echo(target, index) : send_neighbour(target);
}

int NeighbourProbe::send_echo(const ProbeTarget& target, std::uint16_t index) {
  Echo echo = echo_;
  echo.sequence = index;
  const Family family = target.address.family;
  IcmpSocket& socket = family == Family::ipv6 ? icmp6_ : icmp_;
  return socket.send(echo_request(family, echo), {target.address, target.interface_index, 0});
}

int NeighbourProbe::send_neighbour(const ProbeTarget& target) {
  if (target.address.family == Family::ipv6)
    return icmp6_.send(neighbour_solicitation(target.mac, target.address),
                       {solicited_node(target.address), target.interface_index, int{kNdpHopLimit}});
  const ArpFrame frame = arp_request(target.mac, target.source, target.address);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(ETH_P_ARP);
  to.sll_ifindex = static_cast<int>(target.interface_index);
  to.sll_halen = ETH_ALEN;
  std::ranges::copy(Bytes(frame).first(ETH_ALEN), to.sll_addr);
  const ssize_t sent = sendto(packet_.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                              reinterpret_cast<const sockaddr*>(&to), sizeof to);
  return sent < 0 ? errno : 0;
}

void NeighbourProbe::on_readable(Time at) {
  read_arp(at);
  read_icmp(icmp_, Family::ipv4, at);
  read_icmp(icmp6_, Family::ipv6, at);
}

void NeighbourProbe::read_arp(Time at) {
  for (int i = 0; i < kDatagramsPerRead; ++i) {
    std::array<std::uint8_t, 64> frame;
    sockaddr_ll sender{};
    socklen_t sender_size = sizeof sender;
    const ssize_t size = recvfrom(packet_.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                                  reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (size < 0) return;
    if (sender.sll_pkttype == PACKET_OUTGOING) continue;
    const auto packet = parse_arp(Bytes(frame).first(static_cast<std::size_t>(size)));
    if (packet)
      judge_neighbour({packet->sender, static_cast<std::uint32_t>(sender.sll_ifindex)},
                      packet->sender_mac, at);
  }
}

void NeighbourProbe::read_icmp(IcmpSocket& socket, Family family, Time at) {
  for (int i = 0; i < kDatagramsPerRead; ++i) {
    const auto received = socket.receive();
    if (!received) return;
    judge_echo(*received, family, at);
    if (family != Family::ipv6 || received->hop_limit != kNdpHopLimit) continue;
    if (const auto answer = parse_advertisement(received->message()))
      judge_neighbour({answer->target, received->interface_index}, answer->mac, at);
  }
}

void NeighbourProbe::judge_echo(const IcmpSocket::Received& received, Family family, Time at) {
  const auto echo = parse_echo_reply(family, received.message());
  if (!echo || echo->cookie != echo_.cookie || echo->identifier != echo_.identifier) return;
  if (echo->sequence >= next_) return;
  const ProbeTarget& target = results_[echo->sequence].target;
  const bool there = target.interface_index == 0 ||  //
                     target.interface_index == received.interface_index;
  if (target.method == ProbeMethod::echo && target.address == received.source && there)
    answered(echo->sequence, at);
}

void NeighbourProbe::judge_neighbour(const Key& who, std::optional<MacAddress> mac, Time at) {
  const auto [first, last] = neighbours_.equal_range(who);
  for (auto asked = first; asked != last; ++asked) {
    const std::size_t index = asked->second;
    if (index >= next_ || results_[index].outcome != ProbeOutcome::silent) continue;
    results_[index].mac = mac;
    answered(index, at);
  }
}

void NeighbourProbe::answered(std::size_t index, Time at) {
  ProbeResult& result = results_[index];
  if (result.outcome != ProbeOutcome::silent) return;
  result.outcome = ProbeOutcome::answered;
  result.round_trip = at - sent_[index];
  --open_;
}

std::vector<ProbeResult> NeighbourProbe::on_deadline(Time at) {
  on_readable(at);
  send_due(at);
  if (!over(at)) return {};
  neighbours_.clear();
  sent_.clear();
  next_ = 0;
  return std::exchange(results_, {});
}

}  // namespace flywall::netlink
