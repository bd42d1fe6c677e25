#include "replication/tcp_address.hpp"

#include <net/if.h>

#include <boost/asio/this_coro.hpp>

#include "replication/await.hpp"

namespace flywall::replication {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// An interface that is not there makes a scope of zero, which would go anywhere.
bool lacks_interface(const std::string& host) {
  const std::size_t zone = host.find('%');
  return zone != std::string::npos && if_nametoindex(host.c_str() + zone + 1) == 0;
}

}  // namespace

asio::awaitable<Result<std::vector<tcp::endpoint>>> endpoints_of(HostPort at) {
  const std::uint16_t port = at.port.value_or(0);
  if (at.host.empty()) co_return std::vector{tcp::endpoint(tcp::v6(), port)};
  if (lacks_interface(at.host))
    co_return fail(ErrorKind::missing, at.host + ": there is no such interface");
  boost::system::error_code error;
  const auto literal = asio::ip::make_address(at.host, error);
  if (!error) co_return std::vector{tcp::endpoint(literal, port)};
  tcp::resolver resolver(co_await asio::this_coro::executor);
  auto [failed, results] =
      co_await resolver.async_resolve(at.host, "", tcp::resolver::flags(), kAwaitTuple);
  std::vector<tcp::endpoint> found;
  for (const auto& result : results)
    if (found.size() < kMaxAddressesPerHost) found.emplace_back(result.endpoint().address(), port);
  if (failed || found.empty())
    co_return fail(ErrorKind::missing, "cannot find \"" + at.host + "\": " + failed.message());
  co_return found;
}

asio::ip::address plain(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

std::string text_of(const HostPort& at) {
  const bool six = at.host.find(':') != std::string::npos;
  return (six ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port.value_or(0));
}

std::string text_of(const tcp::endpoint& at) {
  const std::string host = at.address().to_string();
  return (at.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(at.port());
}

}  // namespace flywall::replication
