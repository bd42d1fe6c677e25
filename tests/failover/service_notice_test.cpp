// What a service manager hears, on a socket of its own.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "base/clock.hpp"
#include "daemon/failover/service_notice.hpp"

namespace flywall::failover {
namespace {

class Manager {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&at), sizeof at.sun_family), 0);
    socklen_t size = sizeof at;  // the kernel has chosen an abstract name
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&at), &size);
    const std::size_t length = size - offsetof(sockaddr_un, sun_path) - 1;
    path_ = "@" + std::string(at.sun_path + 1, length);
  }
  std::string heard() {
    std::array<char, 256> words{};
    const ssize_t size = ::recv(socket_.get(), words.data(), words.size(), 0);
    return size < 0 ? "" : std::string(words.data(), static_cast<std::size_t>(size));
  }
  const std::string& path() const { return path_; }

 private:
  Descriptor socket_;
  std::string path_;
};

TEST(ServiceNotice, SaysThatItIsReadyAndThatItStops) {
  Manager manager;
  const ServiceNotice notice(manager.path(), {});
  notice.ready();
  EXPECT_EQ(manager.heard(), "READY=1");
  notice.stopping();
  EXPECT_EQ(manager.heard(), "STOPPING=1");
  EXPECT_EQ(notice.deadline(), kNever) << "nobody watches";
}

TEST(ServiceNotice, TheWatchdogIsFedByProgressOnly) {
  Manager manager;
  ServiceNotice notice(manager.path(), 4s);
  const Time start = now();
  EXPECT_LE(notice.deadline(), start);
  notice.watch(7, start);
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
  EXPECT_EQ(notice.deadline(), start + 1s);
  notice.watch(8, start + 999ms);
  EXPECT_EQ(manager.heard(), "") << "not yet due";
  notice.watch(8, start + 1s);
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
  for (int second = 2; second < 10; ++second) notice.watch(8, start + second * 1s);
  EXPECT_EQ(manager.heard(), "") << "the failover thread hangs";
  notice.watch(9, start + 10s);
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
}

TEST(ServiceNotice, TheEnvironmentIsNotPassedOn) {
  Manager manager;
  ::setenv("NOTIFY_SOCKET", manager.path().c_str(), 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  ServiceNotice notice = ServiceNotice::of_process();
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    EXPECT_EQ(std::getenv(name), nullptr);
  notice.watch(1, now());
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
}

TEST(ServiceNotice, AnotherProcessIsWatched) {
  Manager manager;
  ::setenv("NOTIFY_SOCKET", manager.path().c_str(), 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceNotice::of_process().deadline(), kNever);
}

TEST(ServiceNotice, WithoutAManagerItIsSilent) {
  ServiceNotice nobody("", 1s);
  nobody.ready();
  EXPECT_EQ(nobody.deadline(), kNever);
  ServiceNotice gone("/nowhere/notify", 1s);
  gone.ready();
  EXPECT_EQ(gone.deadline(), kNever);
}

}  // namespace
}  // namespace flywall::failover
