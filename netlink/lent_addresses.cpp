#include "netlink/lent_addresses.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "netlink/address_dump.hpp"

namespace flywall::netlink {

Result<LentAddresses> LentAddresses::create(AddressTag tag) {
  auto route = RouteSocket::create();
  if (!route) return std::unexpected(std::move(route.error()));
  return LentAddresses(tag, std::move(*route));
}

Result<std::uint32_t> LentAddresses::renew() {
  const auto observed = address_dump(route_);
  if (!observed) return std::unexpected(observed.error());
  std::vector<AddressChange> changes;
  for (const ObservedAddress& address : *observed) {
    if (address.tag != tag_) continue;
    changes.push_back({ChangePurpose::renew, address});
    changes.back().address.valid_seconds = changes.back().address.preferred_seconds = kLentSeconds;
  }
  std::uint32_t renewed = 0;
  for (std::span<const AddressChange> rest(changes); !rest.empty();) {
    const auto chunk = rest.first(std::min(rest.size(), kChangesPerChunk));
    rest = rest.subspan(chunk.size());
    const auto failures = route_.execute(chunk);
    if (!failures) return std::unexpected(failures.error());
    renewed += static_cast<std::uint32_t>(chunk.size() - failures->size());
  }
  if (renewed < changes.size())
    return fail(ErrorKind::internal, "some addresses cannot be given a lifetime");
  return renewed;
}

}  // namespace flywall::netlink
