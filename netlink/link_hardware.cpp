#include "netlink/link_hardware.hpp"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace flywall::netlink {

namespace {

ifreq request_for(const InterfaceName& name) {
  static_assert(InterfaceName::capacity() < IFNAMSIZ);
  ifreq request{};
  std::memcpy(request.ifr_name, name.view().data(), name.size());
  return request;
}

}  // namespace

Result<LinkInquiry> LinkInquiry::create() {
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("cannot open a socket to ask about interfaces", errno);
  return LinkInquiry(std::move(socket));
}

std::uint32_t LinkInquiry::index_of(const InterfaceName& name) const {
  ifreq request = request_for(name);
  if (ioctl(socket_.get(), SIOCGIFINDEX, &request) != 0) return 0;
  return static_cast<std::uint32_t>(request.ifr_ifindex);
}

InterfaceName LinkInquiry::name_of(std::uint32_t index) const {
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(index);
  if (ioctl(socket_.get(), SIOCGIFNAME, &request) != 0) return {};
  return InterfaceName::cut({request.ifr_name, strnlen(request.ifr_name, IFNAMSIZ)});
}

std::optional<LinkHardware> LinkInquiry::hardware_of(std::uint32_t index) const {
  const InterfaceName name = name_of(index);
  if (name.empty()) return std::nullopt;
  ifreq address = request_for(name), flags = request_for(name);
  if (ioctl(socket_.get(), SIOCGIFHWADDR, &address) != 0) return std::nullopt;
  if (ioctl(socket_.get(), SIOCGIFFLAGS, &flags) != 0) return std::nullopt;
  LinkHardware hardware;
  const bool ethernet = address.ifr_hwaddr.sa_family == ARPHRD_ETHER;
  hardware.resolves = ethernet && (flags.ifr_flags & (IFF_NOARP | IFF_LOOPBACK)) == 0;
  hardware.running = (flags.ifr_flags & IFF_UP) != 0 && (flags.ifr_flags & IFF_RUNNING) != 0;
  std::memcpy(hardware.mac.bytes.data(), address.ifr_hwaddr.sa_data, hardware.mac.bytes.size());
  return hardware;
}

}  // namespace flywall::netlink
