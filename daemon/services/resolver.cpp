#include "daemon/services/resolver.hpp"

#include <algorithm>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>

#include "daemon/await.hpp"
#include "daemon/log/log.hpp"

namespace flywall::services {

namespace asio = boost::asio;
using asio::ip::udp;
using processes::message::PeerResolved;

namespace {

struct Host {
  std::string name;
  bool literal = false;
  bool warned = false;
  std::vector<IpAddress> addresses;
};

IpAddress to_address(const asio::ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return *IpAddress::from_bytes({bytes.data(), bytes.size()});
  }
  const auto bytes = address.to_v6().to_bytes();
  return *IpAddress::from_bytes({bytes.data(), bytes.size()});
}

// Sorted, because servers answer in turning order, and a turn is no change.
std::vector<IpAddress> addresses_of(const udp::resolver::results_type& results) {
  std::vector<IpAddress> addresses;
  for (const auto& result : results) addresses.push_back(to_address(result.endpoint().address()));
  std::ranges::sort(addresses);
  const auto repeated = std::ranges::unique(addresses);
  addresses.erase(repeated.begin(), repeated.end());
  if (addresses.size() > kMaxAddressesPerName) addresses.resize(kMaxAddressesPerName);
  return addresses;
}

std::vector<Host> hosts_of(const config::Peer& peer) {
  std::vector<Host> hosts;
  for (const HostPort& path : peer.heartbeat) {
    const std::optional<IpAddress> literal = IpAddress::parse(path.host);
    hosts.push_back({.name = path.host, .literal = literal.has_value()});
    if (literal) hosts.back().addresses = {*literal};
  }
  return hosts;
}

asio::awaitable<bool> resolve(Host& host) {
  udp::resolver resolver(co_await asio::this_coro::executor);
  auto [error, results] =
      co_await resolver.async_resolve(host.name, "", udp::resolver::flags(), kAwait);
  if (!error && !results.empty()) {
    if (host.warned) log::info("peer_resolved", {{"peer", host.name}});
    host.warned = false;
    host.addresses = addresses_of(results);
    co_return true;
  }
  if (!host.warned)
    log::warning("peer_unresolved",
                 {{"peer", host.name},
                  {"error", error.message()},
                  {"text", "this name has no address now; it is asked for again"}});
  host.warned = true;
  co_return false;
}

PeerResolved message_of(PeerIndex index, const std::vector<Host>& hosts) {
  std::vector<std::vector<IpAddress>> lists;
  for (const Host& host : hosts) lists.push_back(host.addresses);
  return {.peer = index, .addresses = merge(lists)};
}

}  // namespace

InlineVector<IpAddress, kMaxPaths> merge(const std::vector<std::vector<IpAddress>>& of_hosts) {
  InlineVector<IpAddress, kMaxPaths> result;
  for (const auto& addresses : of_hosts)
    for (const IpAddress& address : addresses)
      if (std::ranges::find(result, address) == result.end()) result.try_push_back(address);
  return result;
}

asio::awaitable<void> resolve_peer(PeerIndex index, config::Peer peer,
                                   std::function<bool(const PeerResolved&)> tell) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::vector<Host> hosts = hosts_of(peer);
  InlineVector<IpAddress, kMaxPaths> told;
  Duration pause = kFirstRetry;
  const auto tell_changes = [&] {
    const PeerResolved message = message_of(index, hosts);
    if (message.addresses == told) return true;
    if (!tell(message)) return false;
    told = message.addresses;
    return true;
  };
  const bool only_literals = std::ranges::all_of(hosts, &Host::literal);
  while (true) {
    bool complete = tell_changes();
    for (Host& host : hosts) {
      if (host.literal) continue;
      const bool found = co_await resolve(host);
      complete = complete && found;
    }
    complete = tell_changes() && complete;
    if (complete && only_literals) co_return;
    pause = complete ? kRefresh : std::min(pause * 2, kRefresh);
    timer.expires_after(pause);
    co_await timer.async_wait(kAwait);
    if (complete) pause = kFirstRetry;
  }
}

}  // namespace flywall::services
