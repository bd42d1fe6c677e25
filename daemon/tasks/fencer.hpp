// Calls the script that switches another node off (STONITH): once for each takeover that asks for
// it, with its own time limit, log and history. Lives on the Asio thread.
//
// Who asks, and whether anybody waits for the answer, is the failover loop's
// (failover_fencing.cpp).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "daemon/config/config.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/tasks/runner.hpp"

namespace flywall::tasks {

class Fencer {
 public:
  // `tell` sends the answer; `note` keeps a history entry. The others outlive the object.
  struct Parts {
    boost::asio::any_io_executor executor;
    Runner& runner;
    const config::Config& config;
    std::function<void(const processes::message::Fenced&)> tell;
    std::function<void(const processes::HistoryEntry&)> note;
  };
  explicit Fencer(Parts parts) : parts_(std::move(parts)) {}

  void fence(const processes::message::Fence& asked);

 private:
  boost::asio::awaitable<void> run(processes::message::Fence asked);
  Order order_of(const processes::message::Fence& asked) const;
  void report(const processes::message::Fence& asked, const Ending& ending);

  Parts parts_;
};

}  // namespace flywall::tasks
