// A Connection and its socket: reads, writes, and lets time pass. Ends when either ends.
//
// The kernel is given no more unsent bytes than kUnsent, so that the order in which messages leave
// is decided here (M1). A peer that is silent is looked for in the socket once more before it is
// called lost: this process may have been the late one.
//
// Lives on one executor, which runs in one thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "replication/connection.hpp"

namespace flywall::replication {

inline constexpr int kUnsent = 32 << 10;
inline constexpr Duration kTick = 250ms;
inline constexpr Duration kLastWords = 500ms;  // for a goodbye to leave
inline constexpr std::size_t kReadBytes = 64 << 10;

class Link : public std::enable_shared_from_this<Link> {
 public:
  // Called on the link's thread.
  struct Owner {
    std::function<void(const std::shared_ptr<Link>&)> established;
    std::function<void(Link&, std::vector<Event>)> events;
  };

  Link(boost::asio::ip::tcp::socket socket, Connection connection, Owner owner);

  // Until the connection has ended; ending() of the connection is set then.
  boost::asio::awaitable<void> live();

  // Something was given to the connection's streams, or it was hung up.
  void kick() { wake_.cancel(); }
  void hang_up(Ending why);

  Connection& connection() { return connection_; }
  const Connection& connection() const { return connection_; }
  const std::string& remote() const { return remote_; }
  boost::asio::ip::address remote_address() const { return remote_address_; }
  // After it was established.
  Time established_at() const { return established_at_; }
  const Introduction& peer() const { return peer_; }
  KeyId key() const { return key_; }

 private:
  boost::asio::awaitable<void> write();
  boost::asio::awaitable<void> keep_time();
  void read(std::size_t size);
  void close();

  boost::asio::ip::tcp::socket socket_;
  Connection connection_;
  Owner owner_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer tick_;
  std::string remote_;
  boost::asio::ip::address remote_address_;
  Time established_at_;
  Introduction peer_;
  KeyId key_;
  Buffer input_;
};

}  // namespace flywall::replication
