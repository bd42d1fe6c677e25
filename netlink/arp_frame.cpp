#include "netlink/arp_frame.hpp"

#include "base/check.hpp"

namespace flywall::netlink {

namespace {

constexpr std::uint16_t kEtherTypeArp = 0x0806;
constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kHardwareEthernet = 1;
constexpr std::size_t kEthernetAddresses = 12;

ArpFrame compose(const ArpPacket& packet) {
  FLYWALL_CHECK(packet.target.family == Family::ipv4);
  ArpFrame frame{};
  ByteWriter out(frame);
  for (int i = 0; i < 6; ++i) out.write<std::uint8_t>(0xff);
  out.write(Bytes(packet.sender_mac.bytes));
  out.write(kEtherTypeArp);
  out.write(kHardwareEthernet);
  out.write(kEtherTypeIpv4);
  out.write<std::uint8_t>(6);
  out.write<std::uint8_t>(4);
  out.write(static_cast<std::uint16_t>(packet.operation));
  out.write(Bytes(packet.sender_mac.bytes));
  out.write(Bytes(packet.sender.bytes).first(4));
  out.write(Bytes(packet.target_mac.bytes));
  out.write(Bytes(packet.target.bytes).first(4));
  FLYWALL_CHECK(out.ok() && out.size() == kArpFrameBytes);
  return frame;
}

MacAddress read_mac(ByteReader& in) {
  MacAddress mac;
  for (std::uint8_t& byte : mac.bytes) byte = in.read<std::uint8_t>();
  return mac;
}

IpAddress read_ipv4(ByteReader& in) {
  return IpAddress::from_bytes(in.take(4)).value_or(IpAddress{});
}

}  // namespace

ArpFrame gratuitous_arp(ArpOperation form, const MacAddress& mac, const IpAddress& address) {
  const MacAddress target = form == ArpOperation::reply ? mac : MacAddress{};
  return compose({form, mac, address, target, address});
}

ArpFrame arp_probe_frame(const MacAddress& mac, const IpAddress& address) {
  return compose({ArpOperation::request, mac, {}, {}, address});
}

ArpFrame arp_request(const MacAddress& mac, const IpAddress& source, const IpAddress& address) {
  return compose({ArpOperation::request, mac, source, {}, address});
}

std::optional<ArpPacket> parse_arp(Bytes frame) {
  ByteReader in(frame);
  in.take(kEthernetAddresses);
  if (in.read<std::uint16_t>() != kEtherTypeArp) return std::nullopt;
  if (in.read<std::uint16_t>() != kHardwareEthernet) return std::nullopt;
  if (in.read<std::uint16_t>() != kEtherTypeIpv4) return std::nullopt;
  if (in.read<std::uint8_t>() != 6 || in.read<std::uint8_t>() != 4) return std::nullopt;
  const auto operation = in.read<std::uint16_t>();
  if (operation != 1 && operation != 2) return std::nullopt;
  ArpPacket packet;
  packet.operation = static_cast<ArpOperation>(operation);
  packet.sender_mac = read_mac(in);
  packet.sender = read_ipv4(in);
  packet.target_mac = read_mac(in);
  packet.target = read_ipv4(in);
  if (!in.ok()) return std::nullopt;
  return packet;
}

}  // namespace flywall::netlink
