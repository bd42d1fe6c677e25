// Two network namespaces of one test with a cable between them:
//
//   here (ours)                     there (the neighbour's)
//   fw0  02:00:00:00:00:01  ======  lan0  02:00:00:00:00:02
//   10.77.0.2/16                    10.77.0.9/16
//
// The indices differ (11, 12): the kernel delays the news of a carrier between veth ends of one
// index. Both are unnamed: they go with their last descriptor, also when the test is killed.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "netlink/virtual_addresses.hpp"

namespace flywall::netlink {

class NamespacesTest : public ::testing::Test {
 protected:
  static constexpr Duration kPatience = 30s;

  void SetUp() override;

  // A shell command here or there; must succeed.
  void here(const std::string& command);
  void there(const std::string& command);
  // What it prints.
  std::string shown_here(const std::string& command);
  std::string shown_there(const std::string& command);
  // Runs `work` in the neighbour's namespace.
  void inside_there(const std::function<void()>& work);
  // One more, empty; and work inside it.
  Descriptor make_namespace();
  void inside(const Descriptor& other, const std::function<void()>& work);

  bool has(const std::string& address, const std::string& interface = "fw0");

  // Polls and serves `addresses` until `done`; false when it never is. Reports go to `reports`.
  bool serve(VirtualAddresses& addresses, const std::function<bool()>& done);
  std::vector<AddressReport> reports_;

 private:
  Descriptor here_, there_;
};

VirtualAddress virtual_address(const std::string& prefix, const std::string& interface = "fw0");
// 10.77.X.Y/16, `count` of them from 10.77.16.1.
std::vector<VirtualAddress> many_addresses(int count);
double milliseconds(Duration duration);

// True when the descriptor becomes readable within the test's patience.
bool readable(int fd);

}  // namespace flywall::netlink
