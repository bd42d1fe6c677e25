#include "daemon/services/tcp_door.hpp"

#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/await.hpp"
#include "daemon/control/listener.hpp"
#include "daemon/log/log.hpp"

namespace flywall::services {

namespace asio = boost::asio;

namespace {

void turn_away_waiting(int listener) {
  for (int i = 0; i < kDoorBatch; ++i) {
    const Descriptor visitor(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!visitor) return;
  }
}

}  // namespace

asio::awaitable<void> keep_door(Endpoint at) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  bool warned = false;
  while (true) {
    Result<Descriptor> listener = control::listen_tcp(at);
    if (!listener) {
      if (!warned)
        log::warning("tcp_probe_port_closed",
                     {{"at", at.str()}, {"error", listener.error().message}});
      warned = true;
      pause.expires_after(kDoorRetry);
      co_await pause.async_wait(kAwait);
      continue;
    }
    asio::posix::stream_descriptor waiting(executor, listener->release());
    while (true) {
      auto [error] = co_await waiting.async_wait(asio::posix::descriptor_base::wait_read, kAwait);
      if (error) co_return;
      turn_away_waiting(waiting.native_handle());
      pause.expires_after(kDoorPause);
      co_await pause.async_wait(kAwait);
    }
  }
}

}  // namespace flywall::services
