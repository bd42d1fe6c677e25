#include "daemon/tasks/port_check.hpp"
#include "daemon/await.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>

namespace flywall::tasks {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Attempt {
  explicit Attempt(const asio::any_io_executor& executor)
      : resolver(executor), socket(executor), timer(executor) {}
  tcp::resolver resolver;
  tcp::socket socket;
  asio::steady_timer timer;
  bool late = false;
};

std::string reason(const boost::system::error_code& error, bool late) {
  if (late) return " does not answer in time";
  if (error == asio::error::connection_refused) return " refuses connections";
  return ": " + error.message();
}

}  // namespace

asio::awaitable<std::string> why_port_is_closed(HostPort where, Duration limit) {
  const auto attempt = std::make_shared<Attempt>(co_await asio::this_coro::executor);
  const std::string port = std::to_string(where.port.value_or(0));
  const bool six = where.host.find(':') != std::string::npos;
  const std::string name = where.host.empty()
                               ? "port " + port
                               : (six ? "[" + where.host + "]" : where.host) + ":" + port;
  if (where.host.empty()) where.host = "localhost";
  attempt->timer.expires_after(limit);
  attempt->timer.async_wait([attempt](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    attempt->late = true;
    boost::system::error_code ignored;
    attempt->resolver.cancel();
    attempt->socket.close(ignored);
  });
  auto [unresolved, found] = co_await attempt->resolver.async_resolve(
      where.host, port, tcp::resolver::numeric_service, kAwait);
  boost::system::error_code error = unresolved;
  for (const auto& one : found) {
    if (attempt->late) break;
    boost::system::error_code ignored;
    attempt->socket.close(ignored);
    auto [refused] = co_await attempt->socket.async_connect(one.endpoint(), kAwait);
    error = refused;
    if (!error && !attempt->late) break;
  }
  attempt->timer.cancel();
  boost::system::error_code ignored;
  attempt->socket.close(ignored);
  if (!error && !attempt->late) co_return std::string();
  co_return name + reason(error, attempt->late);
}

}  // namespace flywall::tasks
