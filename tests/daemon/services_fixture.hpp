// A services process per test, on a network of the test program's own.
#pragma once

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <cstring>

#include "base/clock.hpp"
#include "tests/daemon/services_process.hpp"

namespace flywall::services {

// A network (and mounts) of our own: fixed ports collide with nobody.
class OwnNetwork : public testing::Environment {
 public:
  void SetUp() override {
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return;
    mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    isolated = ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
  }
  static inline bool isolated = false;
};
class Services : public testing::Test {
 protected:
  void SetUp() override {
    if (!OwnNetwork::isolated) GTEST_SKIP() << "needs the right to make network namespaces";
  }
  static processes::Snapshot life(std::uint64_t instance) {
    processes::Snapshot snapshot;
    snapshot.instance = InstanceId{instance};
    snapshot.updated = snapshot.started = now();
    snapshot.node = NodeId("fw1");
    snapshot.state = heartbeat::State::primary;
    snapshot.holder_known = true;
    snapshot.holder = NodeId("fw1");
    return snapshot;
  }
  std::string ask(ServicesProcess& process, const std::string& request) {
    return exchange(connect_unix(process.socket_path()), request);
  }
  Folder folder_;
};

}  // namespace flywall::services
