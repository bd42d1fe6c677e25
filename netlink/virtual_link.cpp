#include "netlink/virtual_link.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/key.hpp"

namespace flywall::netlink {

namespace {

constexpr std::string_view kMark = "flywall virtual_mac ";
constexpr std::string_view kIgnore = " arp_ignore=", kAnnounce = " arp_announce=";
constexpr std::size_t kWholeParent = 10;  // bytes of its name that fit behind "fw3a-"

std::string hexadecimal(std::uint64_t value, int digits) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%0*llx", digits, static_cast<unsigned long long>(value));
  return text.data();
}

std::string cluster_mark(std::string_view cluster_id) {
  return std::string(kMark) + hexadecimal(digest64(as_bytes(cluster_id)), 16);
}

std::uint32_t number_after(std::string_view text, std::string_view name) {
  std::uint32_t value = 0;
  if (const auto at = text.find(name); at != std::string_view::npos)
    std::from_chars(text.data() + at + name.size(), text.data() + text.size(), value);
  return value;
}

}  // namespace

MacAddress cluster_mac(std::string_view cluster_id) {
  std::uint64_t digest = digest64(as_bytes(cluster_id));
  MacAddress mac{{0x02}};
  for (std::size_t i = 1; i < mac.bytes.size(); ++i, digest >>= 8)
    mac.bytes[i] = static_cast<std::uint8_t>(digest);
  return mac;
}

InterfaceName virtual_link_name(std::string_view cluster_id, const InterfaceName& parent) {
  std::string name = "fw" + hexadecimal(address_tag(cluster_id).value, 2) + "-";
  if (parent.size() <= kWholeParent)
    name += parent.view();
  else
    name += hexadecimal(digest64(as_bytes(parent.view())), 16).substr(0, kWholeParent);
  return InterfaceName::cut(name);
}

std::string link_mark(std::string_view cluster_id, const ArpBehaviour& former) {
  return cluster_mark(cluster_id) + std::string(kIgnore) + std::to_string(former.ignore) +
         std::string(kAnnounce) + std::to_string(former.announce);
}

std::optional<LinkMark> read_link_mark(std::string_view cluster_id, std::string_view text) {
  if (!text.starts_with(kMark)) return std::nullopt;
  return LinkMark{.ours = text.starts_with(cluster_mark(cluster_id)),
                  .former = {number_after(text, kIgnore), number_after(text, kAnnounce)}};
}

}  // namespace flywall::netlink
