// Removing everything we ever added, with nothing but a socket: for the services process after the
// failover process died, and for `flywall ha reset`.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

// Removes all addresses that carry `tag` in the namespace of the calling thread, secondaries first,
// neighbours untouched (A3, A4); answers how many. On a kernel that does not show tags (before
// 5.18) it removes what equals one of `configured`. Errors: denied, unavailable; internal when some
// could not be removed.
Result<std::uint32_t> remove_tagged(AddressTag tag,
                                    std::span<const VirtualAddress> configured = {});

}  // namespace flywall::netlink
