// One network interface as the kernel shows it.
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

struct LinkState {
  std::uint32_t index = 0;
  InterfaceName name;
  bool removed = false;
  bool admin_up = false;  // IFF_UP
  bool carrier = false;   // IFF_LOWER_UP: the cable
  bool running = false;   // IFF_RUNNING: the cable and, where there is one, the protocol above it
  std::uint8_t hardware_length = 0;  // 6 for Ethernet, 0 for loopback-less tunnels, 20 InfiniBand
  MacAddress mac;                    // meaningful when hardware_length is 6

  bool operator==(const LinkState&) const = default;
  // Frames can pass.
  bool up() const { return !removed && admin_up && running; }
};

}  // namespace flywall::netlink
