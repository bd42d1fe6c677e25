// How a gateway or neighbour is asked: by which interface, from which address, by ARP and neighbour
// discovery on its own wire, by echo elsewhere.
//
// Asks the kernel for the route each time, without RTNL: routes come and go. For the probe thread.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "daemon/failover/probe_order.hpp"
#include "netlink/link_hardware.hpp"
#include "netlink/neighbour_probe.hpp"
#include "netlink/route_socket.hpp"

namespace flywall::failover {

class ProbeAim {
 public:
  // Neighbours that proved to be there within this are witnesses (E5); the kernel confirms those it
  // talks to about every half minute.
  static constexpr Duration kRecent = 2min;

  // In the network namespace of the calling thread. Errors: unavailable.
  static Result<ProbeAim> create();

  void set_own(const probe_order::Own& own) { own_ = own; }

  // Errors: missing (no such interface), unavailable (no route), invalid (this node itself).
  struct Aim {
    netlink::ProbeTarget target;
    std::uint32_t through = 0;  // the interface by which the question leaves
  };
  Result<Aim> at_gateway(const IpAddress& address, const netlink::InterfaceName& interface);
  // Those that can be asked on this network: the gateways given, then recent neighbours, nobody of
  // the peers. May wait for RTNL.
  std::vector<netlink::ProbeTarget> witnesses(const probe_order::AskNetwork& inquiry);

  // Frames can pass there.
  bool is_running(std::uint32_t ifindex) const;
  std::string name_of(std::uint32_t ifindex) const;

 private:
  ProbeAim(netlink::LinkInquiry links, netlink::RouteSocket routes)
      : links_(std::move(links)), routes_(std::move(routes)) {}
  IpAddress source_for(const IpAddress& target, std::uint32_t ifindex,
                       const IpAddress& suggested) const;

  netlink::LinkInquiry links_;
  netlink::RouteSocket routes_;
  probe_order::Own own_;
};

}  // namespace flywall::failover
