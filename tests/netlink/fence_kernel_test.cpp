// The fence on a real kernel: a neighbour that asks, a lease that ends, a process that dies.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include "netlink/arp_probe.hpp"
#include "netlink/fence.hpp"
#include "netlink/link_dump.hpp"
#include "netlink/mapped_gate.hpp"
#include "netlink/route_socket.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr std::uint32_t kFw0 = 11;
const IpAddress kAddress = *IpAddress::parse("10.77.0.100");
const IpAddress kAddress6 = *IpAddress::parse("fd77::100");

class FenceTest : public NamespacesTest, public ::testing::WithParamInterface<FenceMethod> {
 protected:
  void SetUp() override {
    NamespacesTest::SetUp();
    if (IsSkipped()) return;
    setting_.method = GetParam();
    std::array<char, 32> folder{"/tmp/flywall-fence.XXXXXX"};
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    setting_.bpffs = folder.data();
    here(
        "ip addr add 10.77.0.100/16 dev fw0; ip addr add fd77::2/64 dev fw0 nodad; "
        "ip addr add fd77::100/64 dev fw0 nodad");
    there("ip addr add fd77::9/64 dev lan0 nodad");
  }
  void TearDown() override {
    if (setting_.bpffs == FenceSetting{}.bpffs) return;
    EXPECT_TRUE(Fence::sweep(setting_));
    ::umount2(setting_.bpffs.c_str(), MNT_DETACH);
    std::filesystem::remove(setting_.bpffs);
  }

  Fence made() {
    auto fence = Fence::create(setting_);
    EXPECT_TRUE(fence) << fence.error().message;
    EXPECT_TRUE(fence->guard(std::array{kAddress, kAddress6}));
    const auto attached = fence->attach(kFw0);
    EXPECT_TRUE(attached) << attached.error().message;
    return std::move(*fence);
  }
  bool arp_answered(const char* address = "10.77.0.100") {
    bool result = false;
    inside_there([&] {
      auto route = RouteSocket::create().value();
      const LinkState link = link_named(route, InterfaceName::cut("lan0")).value();
      const Announcement question{*IpAddress::parse(address), link.index, link.hardware_length,
                                  link.mac};
      auto probe = ArpProbe::create(std::array{question}, now() + 200ms).value();
      while (now() < probe.deadline() && probe.answers().empty()) probe.on_readable();
      result = !probe.answers().empty();
    });
    return result;
  }
  // The neighbour starts from nothing: a question that stayed open is not asked again at once.
  void forget_neighbours() { there("ip neigh flush dev lan0"); }
  bool pinged(const std::string& address) {
    bool result = false;
    inside_there([&] {
      const std::string ping = "ping -n -c 1 -W 0.3 " + address + " > /dev/null 2>&1";
      result = std::system(ping.c_str()) == 0;
    });
    return result;
  }
  std::size_t pins() {
    std::size_t count = 0;  // the kernel puts files of its own there
    for (const auto& entry : std::filesystem::recursive_directory_iterator(setting_.bpffs))
      count += entry.path().string().find("flywall-", setting_.bpffs.size()) != std::string::npos;
    return count;
  }

  FenceSetting setting_{.cluster_id = "fence-test"};
};

TEST_P(FenceTest, AGuardedAddressAnswersOnlyWhileTheLeaseLasts) {
  Fence fence = made();
  EXPECT_FALSE(arp_answered()) << "F2: closed from the beginning";
  EXPECT_FALSE(pinged("fd77::100"));
  EXPECT_TRUE(pinged("10.77.0.2")) << "the node's own address";
  EXPECT_TRUE(pinged("fd77::2"));
  fence.gate().open_until(now() + 1h);
  forget_neighbours();
  EXPECT_TRUE(arp_answered());
  EXPECT_TRUE(pinged("10.77.0.100"));
  EXPECT_TRUE(pinged("fd77::100"));
  fence.gate().open_until(now() + 20ms);
  while (fence.gate().is_open(now())) {
  }
  EXPECT_FALSE(arp_answered());
  EXPECT_FALSE(pinged("10.77.0.100"))
      << "the neighbour knows our hardware address and gets nothing";
  EXPECT_FALSE(pinged("fd77::100"));
  const FenceDrops drops = fence.drops();
  EXPECT_GT(drops.arp, 0u);
  EXPECT_GT(drops.neighbour + drops.in, 0u);
  fence.gate().idle();
  EXPECT_TRUE(arp_answered());
}

TEST_P(FenceTest, AKilledProcessLeavesTheFenceClosed) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Fence fence = made();
    fence.gate().open_until(now() + 100ms);
    raise(SIGKILL);
  }
  const Time died = now();
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  while (now() < died + 150ms) {
  }
  EXPECT_FALSE(arp_answered());
  EXPECT_FALSE(pinged("10.77.0.100"));
  const auto swept = Fence::sweep(setting_);
  ASSERT_TRUE(swept);
  EXPECT_GT(*swept, 0u);
  EXPECT_EQ(pins(), 0u);
  EXPECT_TRUE(arp_answered()) << "swept: an operator may use the address by hand";
}

TEST_P(FenceTest, AnotherProcessMayCloseIt) {
  Fence fence = made();
  fence.gate().open_until(now() + 1h);
  EXPECT_TRUE(arp_answered());
  {
    const auto mapped = MappedGate::open(fence.gate_descriptor());
    ASSERT_TRUE(mapped) << mapped.error().message;
    EXPECT_TRUE(mapped->gate().is_open(now()));
    mapped->gate().close();
  }
  EXPECT_FALSE(fence.gate().is_open(now()));
  EXPECT_FALSE(arp_answered());
  EXPECT_FALSE(MappedGate::open(0)) << "what is no gate is not mapped";
}

TEST_P(FenceTest, ANewLifeTakesOverFromTheOneBeforeWithoutAGap) {
  {
    Fence crashed = made();
  }
  Fence fence = made();
  EXPECT_FALSE(arp_answered());
  fence.supersede();
  EXPECT_FALSE(arp_answered()) << "only the new one's word counts, and it is closed";
  fence.gate().open_until(now() + 1h);
  EXPECT_TRUE(arp_answered());
}

TEST_P(FenceTest, ACleanEndLeavesNothingBehind) {
  Fence fence = made();
  EXPECT_GT(pins(), 0u);
  fence.remove();
  forget_neighbours();
  EXPECT_EQ(pins(), 0u);
  EXPECT_TRUE(arp_answered());
  EXPECT_TRUE(pinged("10.77.0.100"));
}

TEST_P(FenceTest, TheListOfGuardedAddressesCanChange) {
  Fence fence = made();
  here("ip addr add 10.77.0.101/16 dev fw0");
  EXPECT_TRUE(arp_answered("10.77.0.101"));
  ASSERT_TRUE(fence.guard(std::array{kAddress, *IpAddress::parse("10.77.0.101")}));
  EXPECT_FALSE(arp_answered("10.77.0.101"));
  EXPECT_FALSE(arp_answered("10.77.0.100")) << "F3";
  EXPECT_TRUE(pinged("fd77::100")) << "no longer guarded";
}

TEST_P(FenceTest, ForwardingIsFencedOnlyWhenAskedFor) {
  here(
      "sysctl -qw net.ipv4.ip_forward=1; ip link add out0 type veth peer name out1; "
      "sysctl -qw net.ipv6.conf.out0.disable_ipv6=1 net.ipv6.conf.out1.disable_ipv6=1; "
      "ip link set out0 up; ip link set out1 up; ip addr add 10.99.0.1/24 dev out0; "
      "ip neigh add 10.99.0.9 lladdr 02:00:00:00:00:99 dev out0");
  there("ip route add 10.99.0.0/24 via 10.77.0.2");
  Fence fence = made();
  const auto forwarded = [this] {
    const std::string before = shown_here("ip -s -j link show out0 | jq .[0].stats64.tx.packets");
    pinged("10.99.0.9");
    return shown_here("ip -s -j link show out0 | jq .[0].stats64.tx.packets") != before;
  };
  EXPECT_TRUE(forwarded()) << "closed, but forwarding is not fenced";
  fence.gate().fence_forwarding(true);
  EXPECT_FALSE(forwarded());
  EXPECT_TRUE(pinged("10.77.0.2")) << "what is for this node itself";
  EXPECT_GT(fence.drops().forwarded, 0u);
  fence.gate().open_until(now() + 1h);
  EXPECT_TRUE(forwarded());
}

INSTANTIATE_TEST_SUITE_P(Kernel, FenceTest,
                         ::testing::Values(FenceMethod::tcx, FenceMethod::clsact),
                         [](const auto& method) {
                           return method.param == FenceMethod::tcx ? "tcx" : "clsact";
                         });

}  // namespace
}  // namespace flywall::netlink
