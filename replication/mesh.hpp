// The connections of this node with all the others: one per pair, whatever their roles.
//
// Every node listens and calls. Who is reached first does not matter:
//  L1 Of two connections with one node, one stays, and both ends choose the same: a newer life of
//     the peer's process before an older one; a connection that came when the other one was older
//     than kHandshakeLimit (so that the peer knows no longer of it) before that one; else the one
//     that the smaller node id has called.
//  L2 A peer that is not connected is called again after a pause that doubles from kFirstPause to
//     kLongestPause, with jitter, its addresses and our keys in turn.
//  L3 A listen address that is not there is awaited: tried every kListenPause.
//  L4 Who has the secret is still only welcome when he is a configured peer (by node id, or by an
//     address); a node without any configured peer welcomes everybody who has it.
//  L5 Another configuration keeps every connection it does not forbid.
//
// Roles are not known here: they change without a connection noticing. Lives on one executor,
// which runs in one thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "replication/link.hpp"
#include "replication/peer_state.hpp"

namespace flywall::replication {

inline constexpr Duration kFirstPause = 100ms;
inline constexpr Duration kLongestPause = 2s;
inline constexpr Duration kConnectLimit = 2s;
inline constexpr Duration kListenPause = 500ms;

struct Target {
  NodeId name;                      // empty: learned
  std::vector<HostPort> addresses;  // at least one, ports set
  bool operator==(const Target&) const = default;
};

struct MeshSetting {
  Introduction self;
  std::string cluster_id;
  Keys keys;  // the first one is spoken first
  HostPort listen;
  std::vector<Target> targets;
};

class Mesh {
 public:
  struct Listener {
    std::function<void(const NodeId&, const std::string& remote)> connected;
    // `why` in a sentence.
    std::function<void(const NodeId&, Ending, const std::string& why)> lost;
    std::function<void(const std::string& sentence)> trouble;  // once each
    // What the streams of a peer say; without it they are refused.
    std::function<void(Link&, std::vector<Event>)> events;
  };

  Mesh(boost::asio::any_io_executor executor, Listener listener);

  // The first one, or another one (L5).
  void configure(MeshSetting setting);
  void stand(const Standing& standing);
  // Says goodbye to all; nothing is called or accepted any more. It has left when is_quiet().
  void stop();
  bool is_quiet() const { return links_.empty() && strangers_.empty(); }

  std::vector<PeerState> peers() const;
  Traffic traffic() const;
  const std::string& listen_trouble() const { return listen_trouble_; }
  // Nothing when it is not connected.
  std::shared_ptr<Link> link(const NodeId& node) const;

 private:
  struct Calling;

  boost::asio::awaitable<void> keep_listening(HostPort at, std::uint64_t generation);
  Result<boost::asio::ip::tcp::acceptor> listen(const boost::asio::ip::tcp::endpoint& at);
  boost::asio::awaitable<void> accept(std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor,
                                      std::uint64_t generation);
  boost::asio::awaitable<void> answer(boost::asio::ip::tcp::socket socket);
  boost::asio::awaitable<void> keep_calling(std::shared_ptr<Calling> calling);
  boost::asio::awaitable<void> call(std::shared_ptr<Calling> calling);
  boost::asio::awaitable<void> call(std::shared_ptr<Calling> calling,
                                    boost::asio::ip::tcp::endpoint at);

  Party party() const;
  Link::Owner owner(std::shared_ptr<Calling> calling);
  void established(const std::shared_ptr<Link>& link);
  bool is_welcome(const Link& link);
  bool prevails(const Link& fresh, const Link& old) const;
  void ended(const std::shared_ptr<Link>& link);
  void count(const Link& link);
  void complain(std::string& trouble, const std::string& sentence);
  void refused(const Link& link);
  std::shared_ptr<Calling> calling_for(const NodeId& node) const;
  bool is_connected(const Calling& calling) const;

  boost::asio::any_io_executor executor_;
  Listener listener_;
  MeshSetting setting_;
  bool stopped_ = false;
  std::uint64_t generation_ = 0;  // of the listening socket
  std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor_;
  std::string listen_trouble_;
  std::vector<std::shared_ptr<Calling>> calling_;
  std::map<NodeId, std::shared_ptr<Link>> links_;
  std::map<NodeId, std::uint64_t> connects_;  // of nodes that were welcome
  std::set<std::shared_ptr<Link>> strangers_;
  std::map<boost::asio::ip::address, std::string> refused_;  // the last sentence about each
  Standing standing_;
  Traffic past_;  // of connections that are over
};

}  // namespace flywall::replication
