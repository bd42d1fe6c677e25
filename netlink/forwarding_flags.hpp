// Whether interfaces forward IPv6, so that advertisements carry the Router flag (RFC 4861 4.4): a
// host that sees a router's address announced without it drops the router from its list.
//
// Reads /proc/sys/net/ipv6/conf/NAME/forwarding of the calling thread's network namespace, once per
// interface and kForwardingAge, and remembers.
#pragma once

#include <map>

#include "base/time.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

class ForwardingFlags {
 public:
  // False when it cannot be read.
  bool ipv6(const InterfaceName& interface, Time at);
  void forget() { known_.clear(); }

 private:
  struct Known {
    bool forwards = false;
    Time read_again{};
  };
  std::map<InterfaceName, Known> known_;
};

}  // namespace flywall::netlink
