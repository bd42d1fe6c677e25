// Removing everything that a cluster's node ever put into this kernel, with nothing but sockets:
// for the services process after the failover process died, and for `flywall ha reset` without a
// daemon.
//
// Virtual links first, with the addresses on them (virtual_links.hpp, L1), then the other
// addresses: they are what a peer waits for. Then routes. The tables that silence answers
// (answer_silence.hpp) need nobody: the kernel removes them with the process that made them, and
// lets nobody else touch them before.
//
// Precondition: no daemon of this cluster runs in this network namespace; it would put everything
// back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

struct Swept {
  std::uint32_t addresses = 0;  // removed; not those that went with a link
  std::uint32_t routes = 0;
  std::uint32_t links = 0;
  std::string trouble;  // what could not be removed and why; empty: nothing is left
};

// In the network namespace of the calling thread; needs CAP_NET_ADMIN. Tries each kind whatever
// becomes of the others. `configured`: see remove_tagged (tagged_addresses.hpp).
Swept sweep_leftovers(std::string_view cluster_id, std::span<const VirtualAddress> configured = {});

}  // namespace flywall::netlink
