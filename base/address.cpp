#include "base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace flywall {

namespace {

// A decimal number without sign or space, at most `limit`.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t limit) {
  std::uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > limit)
    return std::nullopt;
  return value;
}

}  // namespace

bool IpAddress::is_loopback() const {
  if (family == Family::ipv4) return bytes[0] == 127;
  return family == Family::ipv6 && bytes[15] == 1 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_link_local() const {
  if (family == Family::ipv4) return bytes[0] == 169 && bytes[1] == 254;
  return family == Family::ipv6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.empty() || text.size() >= copy.size()) return std::nullopt;
  std::memcpy(copy.data(), text.data(), text.size());
  IpAddress result;
  const bool six = text.find(':') != std::string_view::npos;
  result.family = six ? Family::ipv6 : Family::ipv4;
  if (inet_pton(six ? AF_INET6 : AF_INET, copy.data(), result.bytes.data()) != 1)
    return std::nullopt;
  return result;
}

std::optional<IpAddress> IpAddress::from_bytes(Bytes bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  IpAddress result;
  result.family = bytes.size() == 4 ? Family::ipv4 : Family::ipv6;
  std::copy(bytes.begin(), bytes.end(), result.bytes.begin());
  return result;
}

std::string IpAddress::str() const {
  if (family == Family::none) return "-";
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family == Family::ipv6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto full = static_cast<std::uint8_t>(address->size() * 8);
  if (slash == std::string_view::npos) return Prefix{*address, full};
  auto length = parse_number(text.substr(slash + 1), full);
  if (!length) return std::nullopt;
  return Prefix{*address, static_cast<std::uint8_t>(*length)};
}

std::string Prefix::str() const { return address.str() + "/" + std::to_string(length); }

bool Prefix::contains(const IpAddress& other) const {
  if (other.family != address.family) return false;
  for (std::size_t bit = 0; bit < length; bit += 8) {
    const std::size_t kept = std::min<std::size_t>(8, length - bit);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - kept));
    if ((address.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask) return false;
  }
  return true;
}

std::string Endpoint::str() const {
  const std::string host =
      address.family == Family::ipv6 ? "[" + address.str() + "]" : address.str();
  return host + ":" + std::to_string(port);
}

std::optional<HostPort> HostPort::parse(std::string_view text) {
  HostPort result;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    result.host = text.substr(1, close - 1);
    if (!IpAddress::parse(result.host)) return std::nullopt;
    port = text.substr(close + 1);
    if (port.empty()) return result;
  } else if (std::count(text.begin(), text.end(), ':') > 1) {
    if (!IpAddress::parse(text)) return std::nullopt;
    result.host = text;
    return result;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    result.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (port.empty()) return result.host.empty() ? std::nullopt : std::optional(result);
  auto number = parse_number(port.substr(1), 65535);
  if (port.front() != ':' || !number || *number == 0) return std::nullopt;
  result.port = static_cast<std::uint16_t>(*number);
  return result;
}

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  MacAddress result;
  if (text.size() != 17) return std::nullopt;
  for (std::size_t i = 0; i < 6; ++i) {
    const char* digits = text.data() + 3 * i;
    if (i > 0 && digits[-1] != ':') return std::nullopt;
    auto [end, error] = std::from_chars(digits, digits + 2, result.bytes[i], 16);
    if (error != std::errc() || end != digits + 2) return std::nullopt;
  }
  return result;
}

std::string MacAddress::str() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::uint8_t byte : bytes) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace flywall
