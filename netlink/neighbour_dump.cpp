#include "netlink/neighbour_dump.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace flywall::netlink {

namespace {

constexpr std::uint16_t kKnownStates = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;

Duration from_ticks(std::uint32_t ticks) {
  static const long kTicksPerSecond = std::max(sysconf(_SC_CLK_TCK), 1L);
  return std::chrono::milliseconds(std::int64_t{ticks} * 1000 / kTicksPerSecond);
}

bool more_recent(const RecentNeighbour& a, const RecentNeighbour& b) {
  return a.confirmed_ago < b.confirmed_ago;
}

}  // namespace

std::optional<RecentNeighbour> decode_neighbour(const nlmsghdr& message) {
  std::array<nlattr*, NDA_CACHEINFO + 1> attributes{};
  if (message.nlmsg_type != RTM_NEWNEIGH ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof(ndmsg), attributes.data(), NDA_CACHEINFO,
                  nullptr) != 0)
    return std::nullopt;
  const auto* body = static_cast<const ndmsg*>(nlmsg_data(&message));
  const bool internet = body->ndm_family == AF_INET || body->ndm_family == AF_INET6;
  const Family family = body->ndm_family == AF_INET ? Family::ipv4 : Family::ipv6;
  const nlattr* destination = attributes[NDA_DST];
  const nlattr* hardware = attributes[NDA_LLADDR];
  const nlattr* ages = attributes[NDA_CACHEINFO];
  if (!internet || (body->ndm_state & kKnownStates) == 0 || body->ndm_ifindex <= 0 ||
      destination == nullptr || hardware == nullptr)
    return std::nullopt;

  RecentNeighbour result;
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(destination));
  const auto address =
      IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(destination))});
  const bool ethernet = nla_len(hardware) == static_cast<int>(result.mac.bytes.size());
  if (!address || address->family != family || !ethernet) return std::nullopt;
  result.address = *address;
  result.interface_index = static_cast<std::uint32_t>(body->ndm_ifindex);
  std::memcpy(result.mac.bytes.data(), nla_data(hardware), result.mac.bytes.size());
  result.router = (body->ndm_flags & NTF_ROUTER) != 0;
  if (ages != nullptr && nla_len(ages) >= static_cast<int>(sizeof(nda_cacheinfo))) {
    nda_cacheinfo info;
    std::memcpy(&info, nla_data(ages), sizeof info);
    result.confirmed_ago = from_ticks(info.ndm_confirmed);
  }
  return result;
}

Result<std::vector<RecentNeighbour>> neighbour_dump(RouteSocket& socket,
                                                    std::uint32_t interface_index) {
  std::vector<RecentNeighbour> recent;  // a heap whose first is the least recent
  const RouteSocket::DumpSink sink{
      [&] { recent.clear(); },
      [&](const nlmsghdr& message) {
        const auto neighbour = decode_neighbour(message);
        if (!neighbour || neighbour->interface_index != interface_index) return true;
        recent.push_back(*neighbour);
        std::ranges::push_heap(recent, more_recent);
        if (recent.size() <= kRecentNeighbours) return true;
        std::ranges::pop_heap(recent, more_recent);
        recent.pop_back();
        return true;
      }};
  if (auto dumped = socket.dump(RTM_GETNEIGH, sink); !dumped)
    return std::unexpected(std::move(dumped.error()));
  std::ranges::sort_heap(recent, more_recent);
  return recent;
}

}  // namespace flywall::netlink
