// The addresses behind the peers' configured names, told to the failover process.
//
// Literal addresses are told at once; names are asked for at the start, then every kRefresh, and
// sooner while one of them has no answer. A name that has no answer keeps the addresses it had. A
// peer that cannot be resolved is a warning, once, and no error: it may be up later.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "daemon/config/config.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::services {

inline constexpr Duration kRefresh = 30s;
inline constexpr Duration kFirstRetry = 1s;  // doubles up to kRefresh
inline constexpr std::size_t kMaxAddressesPerName = 8;

// The complete list of one peer: the addresses of its hosts in the order of the configuration, each
// once, at most kMaxPaths.
InlineVector<IpAddress, kMaxPaths> merge(const std::vector<std::vector<IpAddress>>& of_hosts);

// Never ends. `tell` answers false when the message could not be sent: it is told again later.
boost::asio::awaitable<void> resolve_peer(
    PeerIndex index, config::Peer peer,
    std::function<bool(const processes::message::PeerResolved&)> tell);

}  // namespace flywall::services
