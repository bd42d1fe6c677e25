// The channel's keys, from the secrets of the configuration. Deriving one takes a moment of
// processor and memory (base/key.hpp), so it happens on a thread of its own, and only for a secret
// that is not known yet.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <string>

#include "daemon/config/config.hpp"
#include "replication/handshake.hpp"

namespace flywall::services {

class ChannelKeys {
 public:
  explicit ChannelKeys(boost::asio::any_io_executor home) : home_(std::move(home)) {}
  ~ChannelKeys() { thread_.join(); }

  // `answer` is called on the home executor; an earlier question that waits gets none.
  void derive(const config::Replication& replication,
              std::function<void(Result<replication::Keys>)> answer);

 private:
  using Known = std::map<std::string, SecretKey>;

  boost::asio::any_io_executor home_;
  std::uint64_t asked_ = 0;
  Known known_;  // touched by the thread only
  boost::asio::thread_pool thread_{1};
};

}  // namespace flywall::services
