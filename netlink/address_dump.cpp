#include "netlink/address_dump.hpp"

#include <linux/rtnetlink.h>
#include <sys/utsname.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "netlink/route_message.hpp"

namespace flywall::netlink {

namespace {

// "6.1.0-18-amd64" is (6, 1).
std::pair<int, int> kernel_version() {
  utsname name{};
  if (uname(&name) != 0) return {};
  const std::string_view release(name.release);
  const char* end = release.data() + release.size();
  int major = 0, minor = 0;
  const auto dot = std::from_chars(release.data(), end, major).ptr;
  if (dot != end) std::from_chars(dot + 1, end, minor);
  return {major, minor};
}

}  // namespace

Result<std::vector<ObservedAddress>> address_dump(RouteSocket& socket) {
  std::vector<ObservedAddress> addresses;
  const RouteSocket::DumpSink sink{[&] { addresses.clear(); },
                                   [&](const nlmsghdr& message) {
                                     if (auto address = decode_address(message))
                                       addresses.push_back(*address);
                                     return addresses.size() <= kObservedAddresses;
                                   }};
  if (auto dumped = socket.dump(RTM_GETADDR, sink); !dumped)
    return std::unexpected(std::move(dumped.error()));
  return addresses;
}

bool tags_visible(std::span<const ObservedAddress> observed) {
  static constexpr std::pair kFirstKernel{5, 18};
  return kernel_version() >= kFirstKernel ||
         std::ranges::any_of(observed, [](const auto& address) { return address.tag.value != 0; });
}

}  // namespace flywall::netlink
