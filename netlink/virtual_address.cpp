#include "netlink/virtual_address.hpp"

#include <linux/if_addr.h>

#include "base/key.hpp"

namespace flywall::netlink {

AddressTag address_tag(std::string_view cluster_id) {
  constexpr std::uint64_t kFirst = 16;
  const std::uint64_t digest = digest64(as_bytes(cluster_id));
  return AddressTag{static_cast<std::uint8_t>(kFirst + digest % (256 - kFirst))};
}

bool ObservedAddress::secondary() const {
  return prefix.address.family == Family::ipv4 && (flags & IFA_F_SECONDARY) != 0;
}

bool ObservedAddress::same_network(const ObservedAddress& other) const {
  const auto network = [](const ObservedAddress& a) {
    return Prefix{a.peer.family == Family::none ? a.prefix.address : a.peer, a.prefix.length};
  };
  return interface_index == other.interface_index && prefix.length == other.prefix.length &&
         network(*this).contains(network(other).address);
}

}  // namespace flywall::netlink
