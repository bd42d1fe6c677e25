// The channel of this node: the mesh of connections (replication/mesh.hpp), set up from the
// configuration, heard in history and log, shown to the API.
//
// Lives on the Asio thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/control/view.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/processes/snapshot.hpp"
#include "daemon/services/channel_keys.hpp"
#include "replication/mesh.hpp"

namespace flywall::services {

inline constexpr Duration kStandingInterval = 250ms;  // how often the claim is looked up
inline constexpr Duration kGoodbyeLimit = 300ms;

class PeerChannel {
 public:
  // All of these outlive the object.
  struct Parts {
    boost::asio::any_io_executor executor;
    const config::Config& config;
    const processes::SharedSnapshot& snapshot;
    std::function<void(const processes::HistoryEntry&)> note;
  };
  explicit PeerChannel(Parts parts);

  // The configuration is there, or is another one.
  void reconfigured();
  // Never ends: everything is said under the claim that is known here.
  boost::asio::awaitable<void> follow_claim();
  // Says goodbye to the peers, and waits until it has left, kGoodbyeLimit at most.
  boost::asio::awaitable<void> stop();

  control::ChannelView view() const;
  std::vector<std::string> warnings() const;

 private:
  bool is_wanted() const;
  void take_keys(const Result<replication::Keys>& keys);
  void connected(const NodeId& node, const std::string& remote);
  void lost(const NodeId& node, const std::string& why);

  Parts parts_;
  InstanceId instance_;
  ChannelKeys keys_;
  bool runs_ = false;
  std::string trouble_;
  std::map<NodeId, Time> connected_since_;
  replication::Mesh mesh_;
};

}  // namespace flywall::services
