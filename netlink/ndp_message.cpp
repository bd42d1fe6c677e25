#include "netlink/ndp_message.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "netlink/internet_checksum.hpp"

namespace flywall::netlink {

namespace {

constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
constexpr std::uint8_t kNextHeaderIcmp6 = 58;
constexpr std::uint32_t kRouter = 0x80000000;
constexpr std::uint32_t kSolicited = 0x40000000;
constexpr std::uint32_t kOverride = 0x20000000;
constexpr std::uint8_t kSourceLinkLayer = 1;
constexpr std::uint8_t kTargetLinkLayer = 2;
constexpr std::size_t kEthernetAndIpv6 = 54;
constexpr std::size_t kChecksumOffset = 2;
constexpr std::size_t kOptionUnit = 8;

IpAddress ipv6(const std::array<std::uint8_t, 16>& bytes) { return {Family::ipv6, bytes}; }

IpAddress all_nodes() { return ipv6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01}); }

void write_link_layer(ByteWriter& out, std::uint8_t option, const MacAddress& mac) {
  out.write(option);
  out.write<std::uint8_t>(1);
  out.write(Bytes(mac.bytes));
}

void write_headers(ByteWriter& out, const MacAddress& mac, const IpAddress& source,
                   const IpAddress& group, std::size_t payload) {
  out.write(Bytes(ethernet_group(group).bytes));
  out.write(Bytes(mac.bytes));
  out.write(kEtherTypeIpv6);
  out.write<std::uint32_t>(6u << 28);
  out.write(static_cast<std::uint16_t>(payload));
  out.write(kNextHeaderIcmp6);
  out.write(kNdpHopLimit);
  out.write(source.view());
  out.write(group.view());
}

void write_message(ByteWriter& out, std::uint8_t type, std::uint32_t flags,
                   const IpAddress& target) {
  out.write(type);
  out.write<std::uint8_t>(0);
  out.write<std::uint16_t>(0);
  out.write(flags);
  out.write(target.view());
}

void seal(MutableBytes frame, const IpAddress& source, const IpAddress& group) {
  const MutableBytes message = frame.subspan(kEthernetAndIpv6);
  const std::uint16_t sum = icmp6_checksum(source, group, message);
  ByteWriter(message.subspan(kChecksumOffset)).write(sum);
}

std::optional<MacAddress> read_mac(Bytes option) {
  if (option.size() != kOptionUnit) return std::nullopt;
  MacAddress mac;
  std::ranges::copy(option.subspan(2), mac.bytes.begin());
  return mac;
}

}  // namespace

IpAddress solicited_node(const IpAddress& address) {
  FLYWALL_CHECK(address.family == Family::ipv6);
  const auto& last = address.bytes;
  return ipv6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff, last[13], last[14], last[15]});
}

MacAddress ethernet_group(const IpAddress& group) {
  const auto& last = group.bytes;
  return {{0x33, 0x33, last[12], last[13], last[14], last[15]}};
}

std::uint16_t icmp6_checksum(const IpAddress& source, const IpAddress& destination, Bytes message) {
  InternetChecksum sum;
  sum.add(source.view());
  sum.add(destination.view());
  sum.add(static_cast<std::uint32_t>(message.size()));
  sum.add(std::uint32_t{kNextHeaderIcmp6});
  sum.add(message);
  return sum.value();
}

AdvertisementFrame unsolicited_advertisement(const MacAddress& mac, const IpAddress& address,
                                             bool router) {
  FLYWALL_CHECK(address.family == Family::ipv6);
  AdvertisementFrame frame{};
  ByteWriter out(frame);
  write_headers(out, mac, address, all_nodes(), kAdvertisementBytes - kEthernetAndIpv6);
  write_message(out, kIcmp6Advertisement, kOverride | (router ? kRouter : 0), address);
  write_link_layer(out, kTargetLinkLayer, mac);
  FLYWALL_CHECK(out.ok() && out.size() == frame.size());
  seal(frame, address, all_nodes());
  return frame;
}

DuplicateQuestionFrame duplicate_question(const MacAddress& mac, const IpAddress& address) {
  DuplicateQuestionFrame frame{};
  ByteWriter out(frame);
  const IpAddress nobody = ipv6({});
  const IpAddress group = solicited_node(address);
  write_headers(out, mac, nobody, group, kDuplicateQuestionBytes - kEthernetAndIpv6);
  write_message(out, kIcmp6Solicitation, 0, address);
  FLYWALL_CHECK(out.ok() && out.size() == frame.size());
  seal(frame, nobody, group);
  return frame;
}

Solicitation neighbour_solicitation(const MacAddress& mac, const IpAddress& address) {
  FLYWALL_CHECK(address.family == Family::ipv6);
  Solicitation message{};
  ByteWriter out(message);
  write_message(out, kIcmp6Solicitation, 0, address);
  write_link_layer(out, kSourceLinkLayer, mac);
  FLYWALL_CHECK(out.ok() && out.size() == message.size());
  return message;
}

std::optional<Advertisement> parse_advertisement(Bytes message) {
  ByteReader in(message);
  const auto type = in.read<std::uint8_t>();
  const auto code = in.read<std::uint8_t>();
  in.read<std::uint16_t>();
  const auto flags = in.read<std::uint32_t>();
  const auto target = IpAddress::from_bytes(in.take(16));
  if (!in.ok() || type != kIcmp6Advertisement || code != 0 || !target) return std::nullopt;
  Advertisement result{*target, (flags & kRouter) != 0, (flags & kSolicited) != 0,
                       (flags & kOverride) != 0, std::nullopt};
  Bytes options = in.take(in.remaining());
  while (!options.empty()) {
    const std::size_t size = options.size() < 2 ? 0 : options[1] * kOptionUnit;
    if (size == 0 || size > options.size()) return std::nullopt;
    const Bytes option = options.first(size);
    if (option[0] == kTargetLinkLayer && !result.mac) result.mac = read_mac(option);
    options = options.subspan(size);
  }
  return result;
}

}  // namespace flywall::netlink
