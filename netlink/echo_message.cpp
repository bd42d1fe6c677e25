#include "netlink/echo_message.hpp"

#include "base/check.hpp"
#include "netlink/internet_checksum.hpp"
#include "netlink/ndp_message.hpp"

namespace flywall::netlink {

namespace {

constexpr std::uint8_t kIcmpEchoRequest = 8;
constexpr std::size_t kEchoChecksumOffset = 2;

}  // namespace

EchoMessage echo_request(Family family, const Echo& echo) {
  FLYWALL_CHECK(family != Family::none);
  EchoMessage message{};
  ByteWriter out(message);
  out.write(family == Family::ipv6 ? kIcmp6EchoRequest : kIcmpEchoRequest);
  out.write<std::uint8_t>(0);
  out.write<std::uint16_t>(0);
  out.write(echo.identifier);
  out.write(echo.sequence);
  out.write(echo.cookie);
  FLYWALL_CHECK(out.ok() && out.size() == message.size());
  if (family == Family::ipv6) return message;
  InternetChecksum sum;
  sum.add(Bytes(message));
  ByteWriter(MutableBytes(message).subspan(kEchoChecksumOffset)).write(sum.value());
  return message;
}

std::optional<Echo> parse_echo_reply(Family family, Bytes message) {
  ByteReader in(message);
  const auto type = in.read<std::uint8_t>();
  const auto code = in.read<std::uint8_t>();
  in.read<std::uint16_t>();
  Echo echo;
  echo.identifier = in.read<std::uint16_t>();
  echo.sequence = in.read<std::uint16_t>();
  echo.cookie = in.read<std::uint64_t>();
  const bool reply = type == (family == Family::ipv6 ? kIcmp6EchoReply : kIcmpEchoReply);
  if (!in.ok() || !reply || code != 0) return std::nullopt;
  return echo;
}

}  // namespace flywall::netlink
