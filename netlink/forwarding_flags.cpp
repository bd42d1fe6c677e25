#include "netlink/forwarding_flags.hpp"

#include <fcntl.h>

#include <string>

#include "base/descriptor.hpp"
#include "netlink/limits.hpp"

namespace flywall::netlink {

namespace {

bool read_flag(const InterfaceName& interface) {
  const std::string path = "/proc/sys/net/ipv6/conf/" + interface.str() + "/forwarding";
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char digit = '0';
  return file && read(file.get(), &digit, 1) == 1 && digit != '0';
}

}  // namespace

bool ForwardingFlags::ipv6(const InterfaceName& interface, Time at) {
  if (known_.size() > kObservedLinks) known_.clear();
  Known& known = known_[interface];
  if (at >= known.read_again) known = {read_flag(interface), later(at, kForwardingAge)};
  return known.forwards;
}

}  // namespace flywall::netlink
