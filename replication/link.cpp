#include "replication/link.hpp"

#include <netinet/tcp.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include "base/clock.hpp"
#include "replication/await.hpp"
#include "replication/tcp_address.hpp"

namespace flywall::replication {

namespace asio = boost::asio;
using asio::ip::tcp;

Link::Link(tcp::socket socket, Connection connection, Owner owner)
    : socket_(std::move(socket)),
      connection_(std::move(connection)),
      owner_(std::move(owner)),
      wake_(socket_.get_executor()),
      tick_(socket_.get_executor()),
      input_(kReadBytes) {
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  const int unsent = kUnsent;
  setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  const tcp::endpoint remote = socket_.remote_endpoint(ignored);
  remote_address_ = plain(remote.address());
  remote_ = text_of(tcp::endpoint(remote_address_, remote.port()));
}

asio::awaitable<void> Link::live() {
  const auto self = shared_from_this();
  const auto executor = socket_.get_executor();
  asio::co_spawn(executor, write(), asio::detached);
  asio::co_spawn(executor, keep_time(), asio::detached);
  while (!connection_.ending()) {
    auto [error, size] = co_await socket_.async_read_some(asio::buffer(input_), kAwaitTuple);
    if (error)
      connection_.broke();
    else
      read(size);
  }
  kick();
  tick_.cancel();
}

void Link::read(std::size_t size) {
  const bool was_established = connection_.is_established();
  std::vector<Event> events;
  connection_.receive(Bytes(input_).first(size), now(), events);
  if (connection_.is_established() && !was_established) {
    peer_ = connection_.agreement().peer;
    key_ = connection_.agreement().key;
    established_at_ = now();
    owner_.established(shared_from_this());
  }
  if (!events.empty()) owner_.events(*this, std::move(events));
  kick();
}

asio::awaitable<void> Link::write() {
  const auto self = shared_from_this();
  while (true) {
    const Bytes bytes = connection_.output(now());
    if (bytes.empty()) {
      if (connection_.ending()) break;
      wake_.expires_at(asio::steady_timer::time_point::max());
      co_await wake_.async_wait(kAwaitTuple);
      continue;
    }
    auto [error, size] =
        co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), kAwaitTuple);
    if (!error) continue;
    connection_.broke();
    break;
  }
  close();
}

asio::awaitable<void> Link::keep_time() {
  const auto self = shared_from_this();
  while (!connection_.ending()) {
    tick_.expires_after(kTick);
    co_await tick_.async_wait(kAwaitTuple);
    boost::system::error_code error;
    if (now() < connection_.deadline() || socket_.available(error) > 0) continue;
    connection_.pass(now());
    kick();
  }
  tick_.expires_after(kLastWords);
  co_await tick_.async_wait(kAwaitTuple);
  close();
}

void Link::hang_up(Ending why) {
  connection_.hang_up(why);
  kick();
}

void Link::close() {
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  socket_.close(ignored);
}

}  // namespace flywall::replication
