// Two nodes and a client that is a bridge between them:
//
//   A (ours)                 client                      B
//   fw0 ================ lan0 -- br0 -- lan1 ============ fw0
//   10.77.0.2/16         10.77.0.9/16 fd77::9/64          10.77.0.3/16
//   fd77::2/64           its neighbour table is on br0    fd77::3/64
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {

class BridgedPairTest : public NamespacesTest {
 protected:
  void SetUp() override {
    NamespacesTest::SetUp();
    if (IsSkipped()) return;
    b_ = make_namespace();
    const std::string b = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(b_.get());
    there(
        "ip addr flush dev lan0; ip link add br0 type bridge; ip link set lan0 master br0; "
        "ip link set br0 up; ip addr add 10.77.0.9/16 dev br0; ip addr add fd77::9/64 dev br0 "
        "nodad");
    there("ip link add lan1 index 21 type veth peer name fw0 index 22 netns " + b);
    there("ip link set lan1 master br0; ip link set lan1 up");
    here("ip addr add fd77::2/64 dev fw0 nodad");
    inside(b_, [&] {
      here(
          "ip link set lo up; ip link set fw0 up; ip addr add 10.77.0.3/16 dev fw0; ip addr add "
          "fd77::3/64 dev fw0 nodad");
    });
  }
  VirtualAddresses on_b(AddressTag tag, const std::vector<VirtualAddress>& wanted) {
    std::optional<VirtualAddresses> made;
    inside(b_, [&] { made = VirtualAddresses::create(tag, wanted).value(); });
    return std::move(*made);
  }
  // A thousand questions a second to `address`, answered or not.
  struct Client {
    FILE* output = nullptr;
    std::string result() {
      std::string text;
      char line[256];
      while (std::fgets(line, sizeof line, output) != nullptr) text += line;
      pclose(output);
      return text;
    }
  };
  Client client(const std::string& address) {
    Client made;
    inside_there([&] {
      made.output = popen(("ping -n -q -i 0.001 -c 1500 -W 20 " + address).c_str(), "r");
    });
    return made;
  }

  Descriptor b_;
};

}  // namespace flywall::netlink
