#include "netlink/address_plan.hpp"

#include <linux/if_addr.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace flywall::netlink {

namespace {

// What the kernel tells addresses of one interface apart by.
using Place = std::tuple<std::uint32_t, Prefix, IpAddress>;

Place place_of(const ObservedAddress& address) {
  return {address.interface_index, address.prefix, address.peer};
}
Place place_of(const WantedAddress& address) {
  return {address.interface_index, address.prefix, IpAddress{}};
}

bool label_fits(const InterfaceName& wanted, const ObservedAddress& address) {
  return wanted.empty() || address.prefix.address.family == Family::ipv6 || wanted == address.label;
}

bool by_place(const WantedAddress& a, const WantedAddress& b) {
  return std::tuple(place_of(a), a.label) < std::tuple(place_of(b), b.label);
}

const WantedAddress* find(std::span<const WantedAddress> sorted, const ObservedAddress& address) {
  const WantedAddress key{address.interface_index, address.prefix, {}, 0};
  auto found = std::lower_bound(sorted.begin(), sorted.end(), key, by_place);
  const bool match = found != sorted.end() && place_of(*found) == place_of(address);
  return match ? &*found : nullptr;
}

ObservedAddress claimed(const WantedAddress& wanted, AddressTag tag) {
  ObservedAddress result;
  result.interface_index = wanted.interface_index;
  result.prefix = wanted.prefix;
  result.label = wanted.label;
  result.tag = tag;
  result.route_metric = wanted.route_metric;
  if (wanted.prefix.address.family == Family::ipv6) result.flags = IFA_F_NODAD;
  return result;
}

ObservedAddress shelter_of(const ObservedAddress& neighbour, AddressTag tag) {
  return claimed({neighbour.interface_index, {neighbour.prefix.address, 32}, {}, 0}, tag);
}

// The addresses to be removed and those that stay, and in which order the former go (A3, A4).
class Removal {
 public:
  Removal(AddressTag tag, std::vector<AddressChange>& changes) : tag_(tag), changes_(changes) {}

  void leaves(const ObservedAddress& address) {
    if (address.secondary())
      add(ChangePurpose::release, address);
    else
      primaries_.push_back(&address);
  }
  void stays(const ObservedAddress& address) {
    staying_.insert(place_of(address));
    if (address.secondary()) neighbours_.push_back(&address);
  }
  void finish() {
    for (const ObservedAddress* primary : primaries_) remove_primary(*primary);
  }

 private:
  void add(ChangePurpose purpose, const ObservedAddress& address) {
    changes_.push_back({purpose, address});
  }
  void remove_primary(const ObservedAddress& primary) {
    std::vector<const ObservedAddress*> neighbours;
    if (primary.prefix.address.family == Family::ipv4)
      std::ranges::copy_if(neighbours_, std::back_inserter(neighbours),
                           [&](const auto* other) { return other->same_network(primary); });
    std::vector<ObservedAddress> shelters;
    for (const ObservedAddress* neighbour : neighbours) {
      ObservedAddress shelter = shelter_of(*neighbour, tag_);
      if (!staying_.contains(place_of(shelter))) shelters.push_back(std::move(shelter));
    }
    for (const ObservedAddress& shelter : shelters) add(ChangePurpose::shelter, shelter);
    add(ChangePurpose::release, primary);
    for (const ObservedAddress* neighbour : neighbours) add(ChangePurpose::restore, *neighbour);
    for (const ObservedAddress& shelter : shelters) add(ChangePurpose::unshelter, shelter);
  }

  AddressTag tag_;
  std::vector<AddressChange>& changes_;
  std::vector<const ObservedAddress*> primaries_;
  std::vector<const ObservedAddress*> neighbours_;  // secondaries that stay
  std::set<Place> staying_;
};

}  // namespace

bool AddressOwner::owns(const ObservedAddress& address) const {
  if (tags_visible) return address.tag == tag;
  return std::ranges::any_of(configured, [&](const WantedAddress& ours) {
    return place_of(ours) == place_of(address) && label_fits(ours.label, address);
  });
}

AddressPlan plan_addresses(std::span<const WantedAddress> wanted,
                           std::span<const ObservedAddress> observed, const AddressOwner& owner) {
  std::vector<WantedAddress> sorted(wanted.begin(), wanted.end());
  std::sort(sorted.begin(), sorted.end(), by_place);

  AddressPlan plan;
  Removal removal(owner.tag, plan.changes);
  std::set<Place> done;
  for (const ObservedAddress& address : observed) {
    const bool ours = owner.owns(address);
    const WantedAddress* match = find(sorted, address);
    if (ours && (match == nullptr || !label_fits(match->label, address))) {
      removal.leaves(address);
      continue;
    }
    removal.stays(address);
    if (match != nullptr && done.insert(place_of(address)).second) plan.held.push_back(*match);
  }
  removal.finish();
  for (const WantedAddress& address : wanted)
    if (done.insert(place_of(address)).second)
      plan.changes.push_back({ChangePurpose::claim, claimed(address, owner.tag)});
  return plan;
}

std::vector<ObservedAddress> foreign_copies(std::span<const ObservedAddress> observed,
                                            std::span<const IpAddress> configured,
                                            const AddressOwner& owner) {
  const std::set<IpAddress> ours(configured.begin(), configured.end());
  std::vector<ObservedAddress> result;
  for (const ObservedAddress& address : observed)
    if (ours.contains(address.prefix.address) && !owner.owns(address)) result.push_back(address);
  return result;
}

}  // namespace flywall::netlink
