// Runs one program with a time limit and answers how it ended; what surrounds the program is the
// keeper's work (keeper.hpp). Lives on the Asio thread and never blocks it.
//
// The program's environment is PATH, LANG, HOME and what the order adds, whose names begin with
// FLYWALL_; nothing of the daemon's own environment reaches it. Its output is read to the end so
// that it never blocks on us: the first kKeptOutput bytes are kept, the rest is counted, and from
// there on read at a measured pace, so that one that prints without end costs little.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "daemon/tasks/ending.hpp"

namespace flywall::tasks {

inline constexpr std::size_t kKeptOutput = 64 << 10;
inline constexpr Duration kGrace = 1s;  // between SIGTERM and SIGKILL

struct Order {
  std::vector<std::string> command;  // the program's absolute path and its arguments
  // Name without FLYWALL_, and value.
  std::vector<std::pair<std::string, std::string>> environment;
  Duration limit = 10s;
  std::string user;  // empty: as this process
};

class Runner {
 public:
  // Asks to inherit what keepers leave behind when they are killed.
  explicit Runner(boost::asio::any_io_executor executor);

  // When the coroutine is destroyed earlier, the program is ended.
  boost::asio::awaitable<Ending> run(Order order);
  // Keepers that live.
  std::size_t running() const { return keepers_.size(); }

 private:
  struct Started;
  Result<Started> start(const Order& order);
  boost::asio::awaitable<Ending> see_to_end(Started started);
  void end_orphans();

  boost::asio::any_io_executor executor_;
  std::set<pid_t> keepers_;
};

}  // namespace flywall::tasks
