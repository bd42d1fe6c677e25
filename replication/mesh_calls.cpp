// How the mesh's connections come about: listening and calling.
#include <sodium.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "base/clock.hpp"
#include "replication/await.hpp"
#include "replication/calling.hpp"
#include "replication/sentences.hpp"
#include "replication/tcp_address.hpp"

namespace flywall::replication {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 16;

asio::awaitable<void> rest(asio::steady_timer& timer, Duration duration) {
  timer.expires_after(duration);
  co_await timer.async_wait(kAwaitTuple);
}

// Three quarters to five quarters of it.
Duration jittered(Duration pause) {
  return pause * 3 / 4 + pause / 2 * randombytes_uniform(1024) / 1024;
}

}  // namespace

// L3
asio::awaitable<void> Mesh::keep_listening(HostPort at, std::uint64_t generation) {
  asio::steady_timer pause(executor_);
  while (generation == generation_) {
    const auto endpoints = co_await endpoints_of(at);
    if (generation != generation_) co_return;
    auto made = endpoints ? listen(endpoints->front())
                          : Result<tcp::acceptor>(std::unexpected(endpoints.error()));
    if (made) {
      listen_trouble_.clear();
      acceptor_ = std::make_shared<tcp::acceptor>(std::move(*made));
      co_await accept(acceptor_, generation);
      continue;
    }
    complain(listen_trouble_, made.error().message);
    co_await rest(pause, kListenPause);
  }
}

Result<tcp::acceptor> Mesh::listen(const tcp::endpoint& at) {
  tcp::acceptor acceptor(executor_);
  boost::system::error_code error;
  acceptor.open(at.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && at.address().is_v6() && at.address().is_unspecified())
    acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(at, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error && at.address().is_unspecified() && at.address().is_v6())
    return listen(tcp::endpoint(tcp::v4(), at.port()));  // a kernel without IPv6
  if (error)
    return fail(ErrorKind::unavailable, "cannot listen for peers on " + text_of(at) + ": " +
                                            error.message() + "; trying again");
  return acceptor;
}

asio::awaitable<void> Mesh::accept(std::shared_ptr<tcp::acceptor> acceptor,
                                   std::uint64_t generation) {
  asio::steady_timer pause(executor_);
  while (generation == generation_ && acceptor->is_open()) {
    auto [error, socket] = co_await acceptor->async_accept(kAwaitTuple);
    if (error) {
      co_await rest(pause, kFirstPause);  // no descriptor left, for instance
    } else if (strangers_.size() < kMaxStrangers) {
      asio::co_spawn(executor_, answer(std::move(socket)), asio::detached);
    }
  }
}

asio::awaitable<void> Mesh::answer(tcp::socket socket) {
  const auto link = std::make_shared<Link>(
      std::move(socket), Connection::answer(party(), setting_.keys, now()), owner(nullptr));
  strangers_.insert(link);
  co_await link->live();
  refused(*link);
  ended(link);
}

// L2
asio::awaitable<void> Mesh::keep_calling(std::shared_ptr<Calling> calling) {
  Duration pause = kFirstPause;
  while (calling->wanted) {
    if (is_connected(*calling)) {
      calling->wake.expires_at(asio::steady_timer::time_point::max());
      co_await calling->wake.async_wait(kAwaitTuple);
      pause = kFirstPause;
    } else {
      calling->answered = false;
      co_await call(calling);
      pause = calling->answered ? kFirstPause : std::min(pause * 2, kLongestPause);
    }
    if (calling->wanted && !is_connected(*calling)) co_await rest(calling->wake, jittered(pause));
  }
}

asio::awaitable<void> Mesh::call(std::shared_ptr<Calling> calling) {
  const auto& addresses = calling->target.addresses;
  const HostPort at = addresses[calling->attempts++ % addresses.size()];
  const auto endpoints = co_await endpoints_of(at);
  if (!calling->wanted) co_return;
  if (!endpoints) {
    complain(calling->trouble, endpoints.error().message);
    co_return;
  }
  for (const tcp::endpoint& endpoint : *endpoints) {
    if (!calling->is_at(endpoint.address()) && calling->addresses.size() < kMaxAddressesPerHost)
      calling->addresses.push_back(endpoint.address());
    if (!calling->wanted || is_connected(*calling)) co_return;
    co_await call(calling, endpoint);
    if (calling->answered) co_return;
  }
}

asio::awaitable<void> Mesh::call(std::shared_ptr<Calling> calling, tcp::endpoint at) {
  using namespace asio::experimental::awaitable_operators;
  tcp::socket socket(executor_);
  asio::steady_timer limit(executor_, kConnectLimit);
  const auto outcome =
      co_await (socket.async_connect(at, kAwaitTuple) || limit.async_wait(kAwaitTuple));
  const auto* connected = std::get_if<0>(&outcome);
  if (connected == nullptr || std::get<0>(*connected)) {
    complain(calling->trouble,
             "cannot connect to " + text_of(at) + ": " +
                 (connected ? std::get<0>(*connected).message() : std::string("no answer")));
    co_return;
  }
  if (!calling->wanted || is_connected(*calling)) co_return;
  const std::size_t turn = calling->attempts / calling->target.addresses.size();
  const SecretKey key = setting_.keys[turn % setting_.keys.size()];
  const auto expected =
      calling->target.name.empty() ? std::nullopt : std::optional(calling->target.name);
  const auto link = std::make_shared<Link>(
      std::move(socket), Connection::call(party(), key, expected, now()), owner(calling));
  strangers_.insert(link);
  co_await link->live();
  calling->answered = link->connection().is_established();
  const bool is_over = !calling->answered || link->connection().ending() == Ending::not_wanted;
  ended(link);
  if (!is_over) co_return;
  const auto& refusal = link->connection().refusal();
  complain(calling->trouble, text_of(at) + " is not connected: " +
                                 (refusal ? sentence_of(*refusal)
                                          : sentence_of(*link->connection().ending(),
                                                        link->connection().peer_said_so())));
}

}  // namespace flywall::replication
