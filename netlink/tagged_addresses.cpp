#include "netlink/tagged_addresses.hpp"

#include <algorithm>
#include <vector>

#include "netlink/address_dump.hpp"
#include "netlink/link_dump.hpp"
#include "netlink/link_table.hpp"
#include "netlink/route_socket.hpp"

namespace flywall::netlink {

namespace {

Result<std::vector<WantedAddress>> resolve(RouteSocket& socket,
                                           std::span<const VirtualAddress> configured) {
  std::vector<WantedAddress> result;
  if (configured.empty()) return result;
  auto links = link_dump(socket);
  if (!links) return std::unexpected(std::move(links.error()));
  LinkTable table;
  for (const LinkState& link : *links) table.apply(link);
  for (const VirtualAddress& address : configured)
    if (const LinkState* link = table.by_name(address.interface))
      result.push_back({link->index, address.prefix, address.label, 0});
  return result;
}

}  // namespace

Result<std::uint32_t> remove_tagged(AddressTag tag, std::span<const VirtualAddress> configured) {
  auto socket = RouteSocket::create();
  if (!socket) return std::unexpected(std::move(socket.error()));
  auto observed = address_dump(*socket);
  if (!observed) return std::unexpected(std::move(observed.error()));
  const bool visible = tags_visible(*observed);
  auto ours = visible ? Result<std::vector<WantedAddress>>{} : resolve(*socket, configured);
  if (!ours) return std::unexpected(std::move(ours.error()));
  const AddressPlan plan = plan_addresses({}, *observed, {tag, visible, *ours});

  std::uint32_t removed = 0;
  std::span<const AddressChange> rest(plan.changes);
  std::string trouble;
  while (!rest.empty()) {
    const auto chunk = rest.first(std::min(rest.size(), kChangesPerChunk));
    rest = rest.subspan(chunk.size());
    auto failures = socket->execute(chunk);
    if (!failures) return std::unexpected(std::move(failures.error()));
    for (const AddressChange& change : chunk) removed += change.purpose == ChangePurpose::release;
    for (const ChangeFailure& failure : *failures) {
      const AddressChange& change = chunk[failure.index];
      removed -= change.purpose == ChangePurpose::release;
      trouble = fail_errno("cannot remove " + change.address.prefix.str(), failure.errno_value)
                    .error()
                    .message;
    }
  }
  if (!trouble.empty()) return fail(ErrorKind::internal, trouble);
  return removed;
}

}  // namespace flywall::netlink
