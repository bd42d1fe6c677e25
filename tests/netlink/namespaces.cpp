#include "tests/netlink/namespaces.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace flywall::netlink {

namespace {

Descriptor current_namespace() {
  return Descriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

std::string shown(const std::string& command) {
  std::string text;
  std::array<char, 4096> piece;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) text += piece.data();
  pclose(pipe);
  return text;
}

}  // namespace

void NamespacesTest::SetUp() {
  if (unshare(CLONE_NEWNET) != 0)
    GTEST_SKIP() << "no network namespace: " << std::strerror(errno) << " (needs root)";
  there_ = current_namespace();
  ASSERT_EQ(unshare(CLONE_NEWNET), 0);
  here_ = current_namespace();
  const std::string neighbour =
      "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(there_.get());
  here(
      "ip link add fw0 index 11 address 02:00:00:00:00:01 type veth peer name lan0 index 12 "
      "address 02:00:00:00:00:02 netns " +
      neighbour);
  there("ip link set lo up; ip link set lan0 up; ip addr add 10.77.0.9/16 dev lan0");
  here("ip link set lo up; ip link set fw0 up; ip addr add 10.77.0.2/16 dev fw0");
}

void NamespacesTest::here(const std::string& command) { run(command); }
void NamespacesTest::there(const std::string& command) {
  inside_there([&] { run(command); });
}
std::string NamespacesTest::shown_here(const std::string& command) { return shown(command); }
std::string NamespacesTest::shown_there(const std::string& command) {
  std::string text;
  inside_there([&] { text = shown(command); });
  return text;
}

void NamespacesTest::inside_there(const std::function<void()>& work) { inside(there_, work); }

Descriptor NamespacesTest::make_namespace() {
  EXPECT_EQ(unshare(CLONE_NEWNET), 0);
  Descriptor made = current_namespace();
  EXPECT_EQ(setns(here_.get(), CLONE_NEWNET), 0);
  return made;
}

void NamespacesTest::inside(const Descriptor& other, const std::function<void()>& work) {
  ASSERT_EQ(setns(other.get(), CLONE_NEWNET), 0);
  work();
  ASSERT_EQ(setns(here_.get(), CLONE_NEWNET), 0);
}

bool NamespacesTest::has(const std::string& address, const std::string& interface) {
  return shown_here("ip -o addr show dev " + interface).find(" " + address + " ") !=
         std::string::npos;
}

bool NamespacesTest::serve(VirtualAddresses& addresses, const std::function<bool()>& done) {
  const Time limit = now() + kPatience;
  while (!done()) {
    if (now() > limit) return false;
    std::vector<pollfd> waits;
    for (int fd : addresses.fds()) waits.push_back({fd, POLLIN, 0});
    const auto left = std::clamp(addresses.deadline(), now(), now() + 20ms) - now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    poll(waits.data(), waits.size(), static_cast<int>(wait));
    for (const pollfd& ready : waits)
      if (ready.revents != 0)
        if (auto report = addresses.on_readable(ready.fd, now())) reports_.push_back(*report);
    if (addresses.deadline() <= now())
      if (auto report = addresses.on_deadline(now())) reports_.push_back(*report);
  }
  return true;
}

VirtualAddress virtual_address(const std::string& prefix, const std::string& interface) {
  VirtualAddress result;
  result.prefix = Prefix::parse(prefix).value();
  result.interface = InterfaceName::cut(interface);
  return result;
}

std::vector<VirtualAddress> many_addresses(int count) {
  std::vector<VirtualAddress> result;
  for (int i = 0; i < count; ++i)
    result.push_back(virtual_address("10.77." + std::to_string(16 + i / 250) + "." +
                                     std::to_string(1 + i % 250) + "/16"));
  return result;
}

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

bool readable(int fd) {
  pollfd wait{fd, POLLIN, 0};
  return poll(&wait, 1, 30'000) == 1;
}

}  // namespace flywall::netlink
