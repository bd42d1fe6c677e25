// Runs the scripts of role changes as role_scripts.hpp decides: environment, time limit, log,
// history. Lives on the Asio thread.
//
// What was begun is remembered beside the API's socket (a file of one line, on a file system in
// memory), so that a services process that is started again neither repeats a script nor forgets
// one that was due meanwhile.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "daemon/config/config.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/processes/snapshot.hpp"
#include "daemon/tasks/role_scripts.hpp"
#include "daemon/tasks/runner.hpp"

namespace flywall::tasks {

inline constexpr std::size_t kLoggedLines = 40;       // of one run
inline constexpr std::size_t kLoggedLineBytes = 400;  // of one line
inline constexpr std::size_t kMostVips = 100'000;     // bytes: the kernel takes 128 KiB at most

class RoleHooks {
 public:
  // `tell` sends the answer to Prepare; `note` keeps a history entry. The others outlive the
  // object.
  struct Parts {
    boost::asio::any_io_executor executor;
    Runner& runner;
    const config::Config& config;
    std::function<void(const processes::message::Prepared&)> tell;
    std::function<void(const processes::HistoryEntry&)> note;
  };
  RoleHooks(Parts parts, const processes::Snapshot& at_start);

  void prepare(const processes::message::Prepare& asked);
  void changed(const processes::message::RoleChanged& change);
  // The configuration has changed; what runs goes on as it was begun.
  void reconfigured();
  // Returns when nothing runs or waits any more, or the limit is over.
  boost::asio::awaitable<void> finish(Duration limit);
  // By the name of the setting: runs that failed since the start of this process.
  const std::map<std::string, std::uint64_t>& failures() const { return failures_; }

 private:
  void act(const RoleScripts::Output& output);
  boost::asio::awaitable<void> run(RoleScripts::Begin begin);
  boost::asio::awaitable<void> watch_deadline();
  void report(const Call& call, const Ending& ending);
  void report_skipped(const Call& call);
  void note(const Call& call, processes::Happening happening, Duration took,
            const std::string& detail);
  Order order_of(const RoleScripts::Begin& begin) const;
  Progress progress_before(const processes::Snapshot& at_start) const;
  void catch_up(const processes::Snapshot& at_start);
  void remember();

  Parts parts_;
  InstanceId life_;
  std::string memory_;  // path of the file
  std::string remembered_;
  RoleScripts scripts_;
  std::uint32_t preparation_ = 0;  // number of the latest Prepare
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer idle_;
  std::map<std::string, std::uint64_t> failures_;
};

// The virtual addresses as scripts get them, separated by blanks, at most kMostVips bytes.
std::string vips(const config::Ha& ha);

// Logs what a script said, line by line, at most kLoggedLines.
void log_output(const std::string& script, const Ending& ending);

}  // namespace flywall::tasks
