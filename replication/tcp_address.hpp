// From what a person writes ("fw2:9001", "[fe80::2%eth0]:9001", ":9001") to where TCP goes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/error.hpp"

namespace flywall::replication {

inline constexpr std::size_t kMaxAddressesPerHost = 8;

// At least one endpoint. An empty host is every local address. Errors: missing (no such name or
// interface now; it may come).
boost::asio::awaitable<Result<std::vector<boost::asio::ip::tcp::endpoint>>> endpoints_of(
    HostPort at);

// One of IPv4 as such, whatever kind of socket it comes from.
boost::asio::ip::address plain(const boost::asio::ip::address& address);

std::string text_of(const HostPort& at);  // "[fe80::2%eth0]:9001"
std::string text_of(const boost::asio::ip::tcp::endpoint& at);

}  // namespace flywall::replication
