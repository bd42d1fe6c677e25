// Operators' commands on their way to the failover process and back: each request waits for its
// answer, for a bounded time. Lives on the Asio thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "daemon/control/commands.hpp"
#include "daemon/processes/channel.hpp"

namespace flywall::services {

// For the failover process to answer, besides what a handover itself may take.
inline constexpr Duration kCommandLimit = 5s;
inline constexpr std::size_t kMaxCommands = 16;  // under way

class Commands {
 public:
  Commands(boost::asio::any_io_executor executor, processes::ServicesEnd& channel)
      : executor_(std::move(executor)), channel_(channel) {}

  // Sends it in the name of `by` and waits for the outcome, `limit` at most. Nothing when there was
  // none in time, or too many commands are under way.
  boost::asio::awaitable<std::optional<processes::message::CommandAnswer>> ask(
      control::Command command, std::string_view by, Duration limit);
  // An answer arrived; one that nobody waits for any more is dropped.
  void answered(const processes::message::CommandAnswer& answer);

 private:
  struct Waiting;

  boost::asio::any_io_executor executor_;
  processes::ServicesEnd& channel_;
  std::uint64_t last_request_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Waiting>> waiting_;
};

}  // namespace flywall::services
