#include "daemon/failover/silent_networks.hpp"

#include <algorithm>

namespace flywall::failover {

void SilentNetworks::serve(const ServedNetworks& networks) {
  served_ = networks;
  std::vector<Network> kept;
  for (const ServedNetwork& served : networks) {
    if (std::ranges::find(kept, served.ifindex, &Network::ifindex) != kept.end()) continue;
    const auto known = std::ranges::find(networks_, served.ifindex, &Network::ifindex);
    kept.push_back(known == networks_.end() ? Network{.ifindex = served.ifindex} : *known);
  }
  networks_ = std::move(kept);
}

std::uint32_t SilentNetworks::network_of(const Path& path) const {
  if (path.ifindex != 0) return path.ifindex;
  const auto there = std::ranges::find_if(
      served_, [&](const ServedNetwork& network) { return network.own.contains(path.remote); });
  return there == served_.end() ? 0 : there->ifindex;
}

bool SilentNetworks::review(std::span<const Path> paths, Time now) {
  bool changed = false;
  for (Network& network : networks_) {
    bool used = false, alive = false;
    for (const Path& path : paths) {
      if (network_of(path) != network.ifindex) continue;
      used = true;
      alive |= path.alive;
    }
    const bool asked_before = network.asked;
    network.heard |= alive;
    if (alive) {
      network.asked = false;
      network.silent_since = kNever;
    } else if (!used && !network.asked) {
      // Nobody lives who could be heard here: that says nothing. What is being asked already goes
      // on: it was silent before.
      network.silent_since = kNever;
    } else {
      network.silent_since = std::min(network.silent_since, now);
      const Duration patience = network.heard ? Duration{0} : Duration{kSettling};
      network.asked |= now >= later(network.silent_since, patience);
    }
    changed |= network.asked != asked_before;
  }
  return changed;
}

Time SilentNetworks::deadline() const {
  Time next = kNever;
  for (const Network& network : networks_)
    if (!network.asked) next = std::min(next, later(network.silent_since, kSettling));
  return next;
}

}  // namespace flywall::failover
