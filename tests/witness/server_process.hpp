// A real lock provider of one test: on a free port of loopback, with a folder of its own, ended by
// its id when the test ends.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace flywall::witness {

class ServerProcess {
 public:
  // Nothing when there is no such program. "PORT", "PORT2", "PORT3" and "DIR" in the arguments are
  // replaced.
  static std::optional<ServerProcess> start(const std::string& program,
                                            std::vector<std::string> arguments);
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;
  ~ServerProcess();

  int port() const { return port_; }
  void stop_running();  // SIGSTOP
  void run_again();     // SIGCONT
  // Ends it and starts it anew in an empty folder.
  void restart_empty();

 private:
  ServerProcess(std::string path, std::vector<std::string> arguments)
      : path_(std::move(path)), arguments_(std::move(arguments)) {}
  void launch();
  void end();

  std::string path_;
  std::vector<std::string> arguments_;
  std::string folder_;
  int port_ = 0;
  int port2_ = 0;
  int port3_ = 0;
  pid_t pid_ = 0;
};

}  // namespace flywall::witness
