// The services process as the failover process sees it: a child that is started, may die, and is
// started again.
//
// Only the supervising thread uses it: starting a process may take milliseconds.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace flywall::failover {

// What the child is given: see daemon/processes/messages.hpp.
class ServicesChild {
 public:
  struct Inheritance {
    std::string config_path;
    std::string state_dir;
    std::string api_socket;
    std::string node_id;
    std::string cluster_id;
    std::uint16_t heartbeat_port = 0;
    std::string quorum;
    std::string config_text;
  };
  // Error: no memory for the configuration's copy.
  static Result<ServicesChild> create(const Inheritance& inheritance, int snapshot);
  // The gate's map of the fence, which the child closes when this process dies; stays the giver's.
  void give_fence(int descriptor) { fence_ = descriptor; }

  // Another configuration, for this child once it is told and for later ones; the number grows.
  // Error: no memory; the former one stays.
  Result<void> hand_over(const Inheritance& inheritance);

  // Starts it and returns this process' end of the socket pair.
  Result<Descriptor> start();
  // True when it has ended since the last call.
  bool ended();
  // Waits for its end after a farewell; kills it (by its own id) when that takes longer.
  void await_end(Duration limit);

  bool running() const { return pid_ > 0; }
  std::string last_end() const { return last_end_; }  // "exit status 1", "signal 9"

 private:
  ServicesChild(Descriptor config, int snapshot)
      : config_(std::move(config)), snapshot_(snapshot) {}
  Result<void> keep(const Inheritance& inheritance, std::uint32_t number);

  Descriptor config_;  // memfd
  std::uint32_t configuration_ = 0;
  int snapshot_;
  int fence_ = -1;  // none
  pid_t pid_ = 0;
  std::string last_end_;
};

}  // namespace flywall::failover
