// A real services process for tests: forked, started with the three descriptors, its other end held
// by the test, which is the cut between the two processes (daemon/processes/messages.hpp).
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/descriptor.hpp"
#include "daemon/processes/channel.hpp"
#include "daemon/processes/snapshot.hpp"

namespace flywall::services {

// Long enough for any machine; no test waits for it when all is well.
inline constexpr Duration kPatience = 20s;

bool wait_until(const std::function<bool()>& condition);

// A directory of its own, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct ServicesOptions {
  std::string state_dir;
  std::string extra;   // further lines of the configuration
  std::string ha;      // further lines of `ha`
  int stderr_fd = -1;  // instead of the test's
};

inline constexpr std::uint16_t kApiPort = 18080;
inline constexpr std::uint16_t kHeartbeatPort = 19002;
inline constexpr const char* kToken = "token-for-tests-0123456789";

class ServicesProcess {
 public:
  ServicesProcess(const Folder& folder, const ServicesOptions& options,
                  processes::Snapshot snapshot);
  ServicesProcess(const ServicesProcess&) = delete;
  // Ends it, in order when it still runs.
  ~ServicesProcess();

  pid_t pid() const { return pid_; }
  std::string socket_path() const { return socket_path_; }
  processes::FailoverEnd& channel() { return *channel_; }
  processes::SharedSnapshot& snapshot() { return snapshot_; }
  // The next message of type T; others are skipped.
  template <class T>
  std::optional<T> next(const std::function<bool(const T&)>& wanted = [](const T&) {
    return true;
  }) {
    std::optional<T> found;
    wait_until([&] {
      processes::ToFailover message;
      while (!found && channel_->receive(message) == processes::Received::message)
        if (const T* one = std::get_if<T>(&message); one && wanted(*one)) found = *one;
      return found.has_value();
    });
    return found;
  }
  // Waits until the API answers on the socket.
  void await_api();
  // All that was sent so far was received and worked off.
  void settle();
  // As if the failover process had died.
  void close_channel() { channel_.reset(); }
  void farewell();
  // Another content of the configuration's memory, and the word that there is one.
  void reconfigure(const std::string& content);
  void reconfigure(const Folder& folder, const ServicesOptions& options);
  // The exit status; waits for the end.
  int exit_status();
  void kill(int signal);

 private:
  std::string handed_over(const std::string& text) const;

  std::string socket_path_;
  std::string state_dir_;
  Descriptor config_;
  processes::SharedSnapshot snapshot_;
  std::optional<processes::FailoverEnd> channel_;
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::uint64_t settled_ = 1'000'000;
};

// Clients of the API.
Descriptor connect_unix(const std::string& path);
Descriptor connect_tcp(const Endpoint& to);
// Sends and reads to the end of the connection.
std::string exchange(const Descriptor& end, const std::string& request);
std::string get(const std::string& target, const std::string& headers = "");
std::string post(const std::string& target, const std::string& headers = "",
                 const std::string& body = "");
unsigned status_of(const std::string& response);
std::string body_of(const std::string& response);

// Runs `task` as user `nobody` in another process; answers its exit status.
int as_nobody(const std::function<int()>& task);

}  // namespace flywall::services
