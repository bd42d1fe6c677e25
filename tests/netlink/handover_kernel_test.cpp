// The netlink half of a planned handover (V5), with a client that asks a thousand times a second:
//
//   A (ours)                 client                      B
//   fw0 ================ lan0 -- br0 -- lan1 ============ fw0
//   10.77.0.2/16         10.77.0.9/16 fd77::9/64          10.77.0.3/16
//   fd77::2/64           its neighbour table is on br0    fd77::3/64
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>

#include "netlink/answer_silence.hpp"
#include "netlink/arp_probe.hpp"
#include "netlink/link_dump.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};
constexpr Duration kLinger = 300ms;

class HandoverTest : public NamespacesTest {
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
  VirtualAddresses on_b(const std::vector<VirtualAddress>& wanted) {
    std::optional<VirtualAddresses> made;
    inside(b_, [&] { made = VirtualAddresses::create(kOurs, wanted).value(); });
    return std::move(*made);
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
  bool nobody_left_a_table() {
    return shown_here("nft list tables 2>&1").find("flywall") == std::string::npos;
  }
  Descriptor b_;
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
