// The netlink half of a planned handover (V5), with a client that asks a thousand times a second.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>

#include "netlink/answer_silence.hpp"
#include "netlink/arp_probe.hpp"
#include "netlink/link_dump.hpp"
#include "tests/netlink/bridged_pair.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};
constexpr Duration kLinger = 300ms;

class HandoverTest : public BridgedPairTest {
 protected:
  VirtualAddresses on_b(const std::vector<VirtualAddress>& wanted) {
    return BridgedPairTest::on_b(kOurs, wanted);
  }
  // Who answers the client's question, as often as `count` asks.
  std::vector<ArpAnswer> answers(const std::vector<VirtualAddress>& addresses, Duration patience) {
    std::vector<ArpAnswer> result;
    inside_there([&] {
      auto route = RouteSocket::create().value();
      const LinkState link = link_named(route, InterfaceName::cut("br0")).value();
      std::vector<Announcement> questions;
      for (const VirtualAddress& address : addresses)
        questions.push_back({address.prefix.address, link.index, link.hardware_length, link.mac});
      auto probe = ArpProbe::create(questions, now() + patience).value();
      while (now() < probe.deadline() && probe.answers().size() < questions.size())
        probe.on_readable();
      result.assign(probe.answers().begin(), probe.answers().end());
    });
    return result;
  }
  // Packets to it are taken. The kernel gets an IPv6 address there by work of its own, for which
  // `take` waits no longer than kSettleTime; before, a question is lost, and a probe asks once.
  bool await_usable(VirtualAddresses& addresses, const std::string& address) {
    return serve(addresses, [&] {
      return shown_here("ip -6 route show table local").find("local " + address + " ") !=
             std::string::npos;
    });
  }
  bool nobody_left_a_table() {
    return shown_here("nft list tables 2>&1").find("flywall") == std::string::npos;
  }
};

TEST_F(HandoverTest, V5AClientThatAsksAThousandTimesASecondLosesNothing) {
  const std::vector wanted{virtual_address("10.77.1.1/16"), virtual_address("fd77::1:1/64")};
  auto a = VirtualAddresses::create(kOurs, wanted).value();
  auto b = on_b(wanted);
  a.take();
  there("ping -n -c 1 -W 20 10.77.1.1 > /dev/null; ping -n -c 1 -W 20 fd77::1:1 > /dev/null");
  Client ipv4 = client("10.77.1.1");
  Client ipv6 = client("fd77::1:1");
  const Time begun = now();
  const auto serve_both = [&](const std::function<bool()>& done) {
    return serve(a, [&] {
      if (b.deadline() <= now()) b.on_deadline(now());
      return done();
    });
  };
  EXPECT_TRUE(serve_both([&] { return now() > begun + 300ms; }));

  const AddressReport quiet = a.quiet(kLinger);
  EXPECT_EQ(quiet.work, AddressWork::quiet);
  EXPECT_EQ(quiet.silenced, 2u);
  EXPECT_TRUE(a.lingering());
  const AddressReport taken = b.take();
  EXPECT_EQ(taken.held, 2u);
  EXPECT_TRUE(serve_both([&] { return !a.lingering(); }));
  ASSERT_FALSE(reports_.empty());
  EXPECT_EQ(reports_.back().work, AddressWork::drop);
  EXPECT_EQ(reports_.back().removed, 2u);
  EXPECT_FALSE(has("10.77.1.1/16"));
  EXPECT_TRUE(serve_both([&] { return now() > begun + 1s; }));

  const std::string said4 = ipv4.result(), said6 = ipv6.result();
  EXPECT_NE(said4.find(" 0% packet loss"), std::string::npos) << said4;
  EXPECT_NE(said6.find(" 0% packet loss"), std::string::npos) << said6;
  std::printf("quiet in %.2f ms, taken over in %.2f ms\n%s%s", milliseconds(quiet.duration),
              milliseconds(taken.duration), said4.c_str(), said6.c_str());
  EXPECT_TRUE(nobody_left_a_table());
}

TEST_F(HandoverTest, V5WhileQuietNobodyLearnsTheAddressButWhoKnowsItIsServed) {
  const std::vector wanted{virtual_address("10.77.1.1/16"), virtual_address("fd77::1:1/64")};
  auto a = VirtualAddresses::create(kOurs, wanted).value();
  a.take();
  EXPECT_TRUE(await_usable(a, "fd77::1:1"));
  EXPECT_EQ(answers(wanted, kPatience).size(), 2u);
  there("ping -n -c 1 -W 20 10.77.1.1 > /dev/null; ping -n -c 1 -W 20 fd77::1:1 > /dev/null");
  a.quiet(kLongestLinger);
  EXPECT_EQ(answers(wanted, 200ms).size(), 0u);
  EXPECT_EQ(
      answers({virtual_address("10.77.0.2/16"), virtual_address("fd77::2/64")}, kPatience).size(),
      2u)
      << "the node's own addresses go on";
  there("ip neigh replace 10.77.1.1 lladdr 02:00:00:00:00:01 dev br0 nud permanent");
  there("ip neigh replace fd77::1:1 lladdr 02:00:00:00:00:01 dev br0 nud permanent");
  there("ping -n -c 1 -W 20 10.77.1.1 > /dev/null");
  there("ping -n -c 1 -W 20 fd77::1:1 > /dev/null");
  a.drop();
  EXPECT_FALSE(has("10.77.1.1/16"));
  EXPECT_TRUE(nobody_left_a_table());
}

TEST_F(HandoverTest, V5TheQuietNodeAsksForANewNeighbourWithoutNamingTheAddress) {
  auto a = VirtualAddresses::create(kOurs, {virtual_address("10.77.1.1/16")}).value();
  a.take();
  a.quiet(kLongestLinger);
  there("ip neigh replace 10.77.1.1 lladdr 02:00:00:00:00:77 dev br0 nud reachable");
  here("ping -n -c 1 -W 1 -I 10.77.1.1 10.77.0.9 > /dev/null || true");
  EXPECT_NE(shown_there("ip neigh show 10.77.1.1").find("02:00:00:00:00:77"), std::string::npos);
}

TEST_F(HandoverTest, V5TakingBackEndsTheSilenceAndAnnouncesAgain) {
  const std::vector wanted{virtual_address("10.77.1.1/16"), virtual_address("fd77::1:1/64")};
  auto a = VirtualAddresses::create(kOurs, wanted).value();
  a.take();
  a.quiet(kLongestLinger);
  there("ip neigh replace 10.77.1.1 lladdr 02:00:00:00:00:77 dev br0 nud stale");
  const AddressReport back = a.take();
  EXPECT_EQ(back.held, 2u);
  EXPECT_EQ(back.added, 0u);
  EXPECT_FALSE(a.lingering());
  EXPECT_TRUE(await_usable(a, "fd77::1:1"));
  EXPECT_EQ(answers(wanted, kPatience).size(), 2u);
  EXPECT_TRUE(serve(a, [&] {
    return shown_there("ip neigh show 10.77.1.1").find("02:00:00:00:00:01") != std::string::npos;
  }));
  std::printf("taken back in %.2f ms\n", milliseconds(back.duration));
}

TEST_F(HandoverTest, V5ThousandsOfAddressesAreSilencedAtOnce) {
  std::vector<IpAddress> addresses;
  for (const VirtualAddress& one : many_addresses(kMaxVirtualAddresses / 2))
    addresses.push_back(one.prefix.address);
  IpAddress ipv6 = IpAddress::parse("fd77::1:0").value();
  while (addresses.size() < kMaxVirtualAddresses) {
    ipv6.bytes[15] = static_cast<std::uint8_t>(addresses.size());
    ipv6.bytes[14] = static_cast<std::uint8_t>(addresses.size() >> 8);
    addresses.push_back(ipv6);
  }
  const Time start = now();
  std::optional<AnswerSilence> silence = AnswerSilence::create(kOurs, addresses).value();
  const Time silent = now();
  EXPECT_FALSE(AnswerSilence::create(kOurs, addresses).has_value()) << "only one of a tag";
  const Time before = now();
  silence.reset();
  std::printf("%zu addresses silenced in %.2f ms, speaking again after %.2f ms\n", addresses.size(),
              milliseconds(silent - start), milliseconds(now() - before));
  EXPECT_TRUE(nobody_left_a_table());
}

TEST_F(HandoverTest, V5AKilledProcessLeavesNoSilenceBehind) {
  const std::vector<IpAddress> addresses{IpAddress::parse("10.77.1.1").value(),
                                         IpAddress::parse("fd77::1:1").value()};
  const pid_t child = fork();
  if (child == 0) {
    const auto silence = AnswerSilence::create(kOurs, addresses);
    raise(silence ? SIGKILL : SIGABRT);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_TRUE(nobody_left_a_table());
  EXPECT_TRUE(AnswerSilence::create(kOurs, addresses).has_value());
}

}  // namespace
}  // namespace flywall::netlink
