// Which addresses to add and to remove so that the kernel shows what is wanted: pure, memory in,
// memory out.
//
// Knows wanted and observed addresses and the tag; knows no socket, no name of an interface, no
// role. Invariants:
//
// A1  An address without our tag is never removed: it belongs to the node or to a person. If a
//     person added a wanted address, it counts as held.
// A2  After the changes every wanted address is there and no other with our tag is.
// A3  Secondaries go first: removing 1000 addresses primary-first takes the kernel seconds (it
//     promotes one after another), secondaries first milliseconds.
// A4  Removing a primary IPv4 address removes its secondaries, or makes one of them primary,
//     depending on the sysctl promote_secondaries (__inet_del_ifa, net/ipv4/devinet.c). Those that
//     must survive are sheltered: added with full length, the primary removed, added as they
//     were (EEXIST when the kernel promoted them), shelter removed. So the address answers
//     throughout, whatever the sysctl says, and the interface is never without an address (the
//     kernel then drops all its routes).
// A5  Same input, same plan. At most wanted + observed * 3 changes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

// A virtual address whose interface exists.
struct WantedAddress {
  std::uint32_t interface_index = 0;
  Prefix prefix;
  InterfaceName label;             // empty: any
  std::uint32_t route_metric = 0;  // of its network; zero: the kernel's

  bool operator==(const WantedAddress&) const = default;
};

enum class ChangePurpose : std::uint8_t {
  claim,      // add a wanted address
  release,    // remove one of ours
  shelter,    // A4: add a neighbour with full length
  restore,    // A4: add a neighbour as it was
  unshelter,  // A4: remove the neighbour of full length
  renew,      // another lifetime for what is there (lent_addresses.hpp)
};

struct AddressChange {
  ChangePurpose purpose = ChangePurpose::claim;
  ObservedAddress address;  // what to add or remove, complete

  bool operator==(const AddressChange&) const = default;
  bool adds() const {
    return purpose != ChangePurpose::release && purpose != ChangePurpose::unshelter;
  }
};

// How ours are recognised. When the kernel does not give tags back (before 5.18), an address is
// ours when it equals one of `configured` in interface, prefix and label.
struct AddressOwner {
  AddressTag tag;
  bool tags_visible = true;
  std::span<const WantedAddress> configured;

  bool owns(const ObservedAddress& address) const;
};

struct AddressPlan {
  std::vector<AddressChange> changes;  // in order of execution
  std::vector<WantedAddress> held;     // wanted and there already, ours or a person's
};

// `wanted` is everything on a primary, nothing on a backup. Duplicates in `wanted` count once.
AddressPlan plan_addresses(std::span<const WantedAddress> wanted,
                           std::span<const ObservedAddress> observed, const AddressOwner& owner);

// The observed addresses that equal a configured virtual one (on any interface, any length) and are
// not ours: added by a person (CONTRACT section 5: warned about, never removed).
std::vector<ObservedAddress> foreign_copies(std::span<const ObservedAddress> observed,
                                            std::span<const IpAddress> configured,
                                            const AddressOwner& owner);

}  // namespace flywall::netlink
