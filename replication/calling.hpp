// A configured peer that is called until it is connected: what is known of it, and what went wrong
// last. A part of the mesh.
#pragma once

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "replication/mesh.hpp"

namespace flywall::replication {

struct Mesh::Calling {
  Calling(const boost::asio::any_io_executor& executor, Target wanted_target)
      : target(std::move(wanted_target)), node(target.name), wake(executor) {}

  void give_up() {
    wanted = false;
    wake.cancel();
  }
  // One of its addresses, as far as they were looked up.
  bool is_at(const boost::asio::ip::address& address) const {
    return std::ranges::find(addresses, address) != addresses.end();
  }

  Target target;
  NodeId node;  // as configured, or as it called itself
  boost::asio::steady_timer wake;
  bool wanted = true;
  std::size_t attempts = 0;
  bool answered = false;  // the last attempt came to a connection
  std::string trouble;
  std::vector<boost::asio::ip::address> addresses;
};

}  // namespace flywall::replication
