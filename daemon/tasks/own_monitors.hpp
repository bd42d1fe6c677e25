// The monitors that need more than a packet: scripts of the operator, and services of this machine
// (a systemd unit, or a TCP port that must accept connections).
//
// Each runs in its own rhythm and never beside itself: a check that takes longer than its interval
// delays the next one. What is decided (verdict.hpp) is told to the failover process when it
// changes, and again until it could be sent; a new services process tells all of it. Lives on the
// Asio thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/tasks/runner.hpp"

namespace flywall::tasks {

class OwnMonitors {
 public:
  struct Parts {
    boost::asio::any_io_executor executor;
    Runner& runner;
    // False when the message could not be sent.
    std::function<bool(const processes::message::MonitorChanged&)> tell;
    std::string systemctl = "/usr/bin/systemctl";
  };
  explicit OwnMonitors(Parts parts) : parts_(std::move(parts)) {}

  // Watches what this configuration says; monitors that it shares with the one before go on with
  // what they know. All that is decided is told again, for positions may have moved.
  void watch(const config::Config& config);
  // By the name of the monitor: checks that failed since the start of this process.
  const std::map<std::string, std::uint64_t>& failures() const { return failures_; }

 private:
  struct Monitor;
  struct Result;
  using Shared = std::shared_ptr<Monitor>;

  void begin(Shared monitor, Shared former);
  boost::asio::awaitable<void> run(Shared monitor, Shared former);
  boost::asio::awaitable<Result> check(Shared monitor);
  boost::asio::awaitable<Result> check_script(config::MonitorScript script, Order order);
  boost::asio::awaitable<Result> check_unit(std::string unit, Duration limit);
  void digest(Monitor& monitor, const Result& result);
  void tell(Monitor& monitor);

  Parts parts_;
  std::vector<Shared> monitors_;
  std::map<std::string, std::uint64_t> failures_;
};

}  // namespace flywall::tasks
