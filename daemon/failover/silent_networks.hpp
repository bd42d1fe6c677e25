// E5: one path is not the peer. Which served networks are silent while the peers on them live over
// another path: there this node, or the peer, or the switch between them is deaf.
//
// Decides when somebody on such a network must be asked, and when that is over: as soon as a peer
// is heard there again. Decides nothing about who is deaf (netlink/neighbour_probe.hpp asks,
// conditions.hpp judges).
//
// Pure. A network that was never heard is given kSettling first: its path may just have been made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "daemon/failover/peer_table.hpp"

namespace flywall::failover {

class SilentNetworks {
 public:
  static constexpr Duration kSettling = 2s;

  struct Path {                 // of a living peer
    std::uint32_t ifindex = 0;  // of an automatic path, else 0: found by its network
    IpAddress remote;
    bool alive = false;
  };
  struct Network {
    std::uint32_t ifindex = 0;
    bool heard = false;  // ever
    bool asked = false;  // its neighbours are being asked
    Time silent_since = kNever;
  };

  void serve(const ServedNetworks& networks);
  // All paths of all peers that live. True when `asked` of a network changed.
  bool review(std::span<const Path> paths, Time now);
  // When `review` is wanted though nothing happened.
  Time deadline() const;

  const std::vector<Network>& networks() const { return networks_; }
  const ServedNetworks& served() const { return served_; }

 private:
  std::uint32_t network_of(const Path& path) const;

  ServedNetworks served_;
  std::vector<Network> networks_;
};

}  // namespace flywall::failover
