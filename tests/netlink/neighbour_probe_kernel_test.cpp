// Asking neighbours that are there, that are not, and that cannot be asked.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>

#include "netlink/link_dump.hpp"
#include "netlink/neighbour_dump.hpp"
#include "netlink/neighbour_probe.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr std::uint32_t kFw0 = 11;
const MacAddress kOurMac = MacAddress::parse("02:00:00:00:00:01").value();
const MacAddress kTheirMac = MacAddress::parse("02:00:00:00:00:02").value();

class NeighbourProbeTest : public NamespacesTest {
 protected:
  void SetUp() override {
    NamespacesTest::SetUp();
    if (IsSkipped()) return;
    there("ip addr add fd77::9/64 dev lan0 nodad; ip addr add fe80::9/64 dev lan0 nodad");
    here("ip addr add fd77::2/64 dev fw0 nodad; ip addr add fe80::2/64 dev fw0 nodad");
  }
  static ProbeTarget neighbour(const std::string& address) {
    return {IpAddress::parse(address).value(), ProbeMethod::neighbour, kFw0, kOurMac, {}};
  }
  static ProbeTarget echo(const std::string& address, std::uint32_t interface_index = 0) {
    return {IpAddress::parse(address).value(), ProbeMethod::echo, interface_index, {}, {}};
  }
  std::vector<ProbeResult> ask(NeighbourProbe& probe, const std::vector<ProbeTarget>& targets,
                               Duration patience = kPatience) {
    EXPECT_TRUE(probe.ask(targets, now(), patience));
    for (const Time limit = now() + 2 * kPatience; now() < limit;) {
      std::vector<pollfd> waits;
      for (const int fd : probe.fds()) waits.push_back({fd, POLLIN, 0});
      const auto left = std::clamp(probe.deadline(), now(), now() + 20ms) - now();
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left).count();
      poll(waits.data(), waits.size(), static_cast<int>(wait));
      probe.on_readable(now());
      if (auto results = probe.on_deadline(now()); !results.empty()) return results;
    }
    return {};
  }
};

TEST_F(NeighbourProbeTest, WhoIsThereAnswersByEveryMethodAndFamily) {
  auto probe = NeighbourProbe::create(7).value();
  ProbeTarget named = neighbour("10.77.0.9");
  named.source = IpAddress::parse("10.77.0.2").value();
  const std::vector targets{neighbour("10.77.0.9"), named,
                            neighbour("fd77::9"),   neighbour("fe80::9"),
                            echo("10.77.0.9"),      echo("10.77.0.9", kFw0),
                            echo("fd77::9"),        echo("fe80::9", kFw0)};
  const auto results = ask(probe, targets);
  ASSERT_EQ(results.size(), targets.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].outcome, ProbeOutcome::answered) << i;
    EXPECT_GE(results[i].round_trip, Duration{0});
    EXPECT_LT(results[i].round_trip, kPatience);
    const bool by_mac = targets[i].method == ProbeMethod::neighbour;
    EXPECT_EQ(results[i].mac, by_mac ? std::optional(kTheirMac) : std::nullopt) << i;
  }
  EXPECT_FALSE(probe.busy());
  EXPECT_EQ(probe.deadline(), kNever);
  EXPECT_EQ(ask(probe, targets).size(), targets.size()) << "and again";
}

TEST_F(NeighbourProbeTest, SilenceIsToldFromWhatCouldNotBeAsked) {
  here("ip link add down0 index 31 type veth peer name down1");
  auto probe = NeighbourProbe::create(7).value();
  ProbeTarget unplugged = neighbour("10.99.0.1");
  unplugged.interface_index = 31;
  const auto results =
      ask(probe,
          {neighbour("10.77.0.8"), neighbour("fd77::8"), echo("10.77.0.8"), unplugged,
           echo("203.0.113.1"), echo("fd99::1"), ProbeTarget{{}, ProbeMethod::echo, 0, {}, {}}},
          50ms);
  ASSERT_EQ(results.size(), 7u);
  for (const std::size_t i : {0, 1, 2}) EXPECT_EQ(results[i].outcome, ProbeOutcome::silent) << i;
  for (const std::size_t i : {3, 4, 5, 6}) {
    EXPECT_EQ(results[i].outcome, ProbeOutcome::unsent) << i;
    EXPECT_NE(results[i].errno_value, 0) << i;
  }
}

TEST_F(NeighbourProbeTest, N1ARoundIsBoundedAndOneRunsAtATime) {
  auto probe = NeighbourProbe::create(7).value();
  std::vector<ProbeTarget> targets(kProbeTargets, echo("10.77.0.9"));
  const Time start = now();
  ASSERT_TRUE(probe.ask(targets, start, kPatience));
  EXPECT_FALSE(probe.ask(targets, start, kPatience));
  EXPECT_EQ(probe.deadline(), start + kProbeBatchPause) << "not all at once";
  while (probe.busy()) {
    probe.on_readable(now());
    const auto results = probe.on_deadline(now());
    for (const ProbeResult& result : results) EXPECT_EQ(result.outcome, ProbeOutcome::answered);
  }
  EXPECT_GE(now() - start,
            kProbeBatchPause * static_cast<int>(kProbeTargets / kProbesPerBatch - 1));
  targets.push_back(echo("10.77.0.9"));
  EXPECT_FALSE(probe.ask(targets, now(), kPatience));
  std::printf("%zu echoes answered in %.1f ms\n", kProbeTargets, milliseconds(now() - start));
}

TEST_F(NeighbourProbeTest, N2AnAnswerFromAnotherInterfaceDoesNotCount) {
  here("ip link add other0 index 31 up type veth peer name other1; ip link set other1 up");
  auto probe = NeighbourProbe::create(7).value();
  ProbeTarget elsewhere = neighbour("10.77.0.9");
  elsewhere.interface_index = 31;
  ASSERT_TRUE(probe.ask(std::vector{elsewhere}, now(), 100ms));
  there("ip neigh flush dev lan0; ping -n -c 1 -W 20 10.77.0.2 > /dev/null");
  std::vector<ProbeResult> results;
  while (results.empty()) results = probe.on_deadline(now());
  EXPECT_EQ(results[0].outcome, ProbeOutcome::silent);
}

TEST_F(NeighbourProbeTest, TheNeighboursOfOneInterfaceAreListedMostRecentFirst) {
  here("ping -n -c 1 -W 20 10.77.0.9 > /dev/null; ping -n -c 1 -W 20 fd77::9 > /dev/null");
  here("ip neigh replace 10.77.5.5 lladdr 02:00:00:00:00:55 dev fw0 nud permanent");
  here("ip link add other0 up type veth peer name other1");
  here("ip neigh replace 10.88.0.1 lladdr 02:00:00:00:00:56 dev other0 nud stale");
  auto route = RouteSocket::create().value();
  const auto neighbours = neighbour_dump(route, kFw0).value();
  const auto find = [&](const char* address) {
    return std::ranges::find(neighbours, IpAddress::parse(address), &RecentNeighbour::address);
  };
  ASSERT_NE(find("10.77.0.9"), neighbours.end());
  ASSERT_NE(find("fd77::9"), neighbours.end());
  EXPECT_EQ(find("10.77.0.9")->mac, kTheirMac);
  EXPECT_LT(find("fd77::9")->confirmed_ago, kPatience);
  EXPECT_EQ(find("10.77.5.5"), neighbours.end()) << "set by hand proves nothing";
  EXPECT_EQ(find("10.88.0.1"), neighbours.end()) << "of another interface";
  EXPECT_TRUE(std::ranges::is_sorted(neighbours, {}, &RecentNeighbour::confirmed_ago));
}

TEST_F(NeighbourProbeTest, OfManyNeighboursTheListKeepsTheMostRecent) {
  std::string batch;
  for (int i = 0; i < 300; ++i)
    batch += "neigh replace 10.77.9." + std::to_string(i % 250) +
             " lladdr 02:00:00:00:09:" + std::to_string(10 + i % 80) + " dev fw0 nud stale\n";
  here("printf '" + batch + "' | ip -batch -");
  auto route = RouteSocket::create().value();
  EXPECT_EQ(neighbour_dump(route, kFw0).value().size(), kRecentNeighbours);
}

}  // namespace
}  // namespace flywall::netlink
