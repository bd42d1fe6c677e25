// What Linux does to the addresses of its interfaces, as far as plans depend on it
// (net/ipv4/devinet.c:
// __inet_insert_ifa, __inet_del_ifa), as a model for tests.
#pragma once

#include <linux/if_addr.h>

#include <algorithm>
#include <vector>

#include "netlink/address_plan.hpp"

namespace flywall::netlink {

struct PlannedKernel {
  bool promote_secondaries = false;
  std::vector<ObservedAddress> addresses;
  bool ever_without_any = false;  // an interface lost its last address, and with it all routes

  void apply(const AddressChange& change) {
    change.adds() ? add(change.address) : remove(change.address);
  }

  void add(ObservedAddress address) {
    for (const ObservedAddress& other : addresses)
      if (same_place(other, address)) return;  // EEXIST
    address.flags &= ~std::uint32_t{IFA_F_SECONDARY};
    if (address.prefix.address.family == Family::ipv4 &&
        std::ranges::any_of(addresses,
                            [&](const auto& other) { return other.same_network(address); }))
      address.flags |= IFA_F_SECONDARY;
    addresses.push_back(address);
  }

  void remove(const ObservedAddress& address) {
    const auto found = std::ranges::find_if(
        addresses, [&](const auto& other) { return same_place(other, address); });
    if (found == addresses.end()) return;  // EADDRNOTAVAIL
    const ObservedAddress removed = *found;
    addresses.erase(found);
    if (removed.prefix.address.family == Family::ipv4 && !removed.secondary()) orphan(removed);
    ever_without_any |= std::ranges::none_of(addresses, [&](const auto& other) {
      return other.interface_index == removed.interface_index;
    });
  }

  static bool same_place(const ObservedAddress& a, const ObservedAddress& b) {
    return a.interface_index == b.interface_index && a.prefix == b.prefix && a.peer == b.peer;
  }

 private:
  void orphan(const ObservedAddress& primary) {
    const auto orphaned = [&](const auto& other) {
      return other.secondary() && other.same_network(primary);
    };
    if (!promote_secondaries) {
      std::erase_if(addresses, orphaned);
      return;
    }
    const auto heir = std::ranges::find_if(addresses, orphaned);
    if (heir != addresses.end()) heir->flags &= ~std::uint32_t{IFA_F_SECONDARY};
  }
};

}  // namespace flywall::netlink
