// What must be known of an interface to ask somebody on its wire. By ioctl: takes no RTNL, so it
// may be asked while the machine changes addresses.
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

struct LinkHardware {
  MacAddress mac;
  // Ethernet that resolves addresses: ARP and neighbour discovery make sense.
  bool resolves = false;
  bool running = false;  // up, and the cable is in
};

class LinkInquiry {
 public:
  // In the network namespace of the calling thread. Errors: unavailable.
  static Result<LinkInquiry> create();

  // 0: there is none of this name now.
  std::uint32_t index_of(const InterfaceName& name) const;
  // Empty: there is none.
  InterfaceName name_of(std::uint32_t index) const;
  // Nothing: there is none.
  std::optional<LinkHardware> hardware_of(std::uint32_t index) const;

 private:
  explicit LinkInquiry(Descriptor socket) : socket_(std::move(socket)) {}

  Descriptor socket_;
};

}  // namespace flywall::netlink
