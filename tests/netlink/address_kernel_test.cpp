// Changes against a real kernel: what stays, what goes, how fast.
#include <gtest/gtest.h>

#include <algorithm>

#include "netlink/address_dump.hpp"
#include "netlink/arp_probe.hpp"
#include "netlink/link_dump.hpp"
#include "netlink/tagged_addresses.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

constexpr AddressTag kOurs{0xf1};
constexpr AddressTag kOthers{0xf2};

class AddressTest : public NamespacesTest {
 protected:
  std::size_t shown_addresses() {
    auto route = RouteSocket::create().value();
    const auto shown = address_dump(route).value();
    return static_cast<std::size_t>(
        std::ranges::count(shown, kOurs, [](const auto& address) { return address.tag; }));
  }
  // Asks for all of them from the neighbour's side until all answer.
  bool all_answer(const std::vector<VirtualAddress>& addresses) {
    bool all = false;
    inside_there([&] {
      auto route = RouteSocket::create().value();
      const LinkState lan = link_named(route, InterfaceName::cut("lan0")).value();
      std::vector<Announcement> questions;
      for (const VirtualAddress& address : addresses)
        questions.push_back({address.prefix.address, lan.index, lan.hardware_length, lan.mac});
      const Time limit = now() + kPatience;
      while (!all && now() < limit) {
        auto probe = ArpProbe::create(questions, limit).value();
        const Time again = now() + 1s;
        while (probe.answers().size() < questions.size() && now() < again) probe.on_readable();
        all = probe.answers().size() == questions.size();
      }
    });
    return all;
  }
  void measure(int count) {
    const auto wanted = many_addresses(count);
    auto addresses = VirtualAddresses::create(kOurs, wanted).value();
    const Time start = now();
    const AddressReport taken = addresses.take();
    const Time added = now();
    EXPECT_EQ(taken.added, wanted.size());
    EXPECT_EQ(taken.failed, 0u);
    EXPECT_TRUE(all_answer(wanted));
    const Time answered = now();
    EXPECT_EQ(shown_addresses(), wanted.size());
    const Time handing_back = now();
    const AddressReport dropped = addresses.drop();
    const Time back = now();
    EXPECT_EQ(dropped.removed, wanted.size());
    EXPECT_EQ(shown_addresses(), 0u);
    EXPECT_TRUE(has("10.77.0.2/16"));
    std::printf(
        "%d addresses: added in %.1f ms, all had answered ARP after %.1f ms, removed in "
        "%.1f ms\n",
        count, milliseconds(added - start), milliseconds(answered - start),
        milliseconds(back - handing_back));
  }
};

TEST_F(AddressTest, TwoHundredFiftyAddressesComeAnswerAndGo) { measure(250); }
TEST_F(AddressTest, AThousandAddressesComeAnswerAndGo) { measure(1000); }

TEST_F(AddressTest, A3WithPromotedSecondariesAThousandGoAsWellWhenOursIsThePrimary) {
  here("sysctl -qw net.ipv4.conf.fw0.promote_secondaries=1; ip addr flush dev fw0");
  const auto wanted = many_addresses(1000);
  auto addresses = VirtualAddresses::create(kOurs, wanted).value();
  EXPECT_EQ(addresses.take().added, wanted.size());
  const AddressReport dropped = addresses.drop();
  EXPECT_EQ(dropped.removed, wanted.size());
  std::printf("1000 of one network without a neighbour, promoting: removed in %.1f ms\n",
              milliseconds(dropped.duration));
}

class ShelterTest : public AddressTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(ShelterTest, A4TheNodesOwnAddressAndRoutesSurviveTheRemovalOfItsPrimary) {
  here(std::string("sysctl -qw net.ipv4.conf.fw0.promote_secondaries=") + GetParam());
  here("ip addr flush dev fw0");
  auto addresses = VirtualAddresses::create(kOurs, {virtual_address("10.77.1.1/24")}).value();
  EXPECT_EQ(addresses.take().added, 1u);
  here(
      "ip addr add 10.77.1.5/24 dev fw0 label fw0:own; ip addr add 10.77.1.6/24 dev fw0 "
      "valid_lft 3600 preferred_lft 1800; ip route add 10.88.0.0/16 via 10.77.1.9 src 10.77.1.5");
  EXPECT_EQ(addresses.drop().removed, 1u);
  const std::string shown = shown_here("ip -o addr show dev fw0");
  EXPECT_EQ(shown.find("10.77.1.1/"), std::string::npos) << shown;
  EXPECT_NE(shown.find("10.77.1.5/24 scope global fw0:own"), std::string::npos) << shown;
  EXPECT_NE(shown.find("10.77.1.6/24"), std::string::npos) << shown;
  EXPECT_NE(shown.find("valid_lft 3"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("/32"), std::string::npos) << shown;
  EXPECT_NE(shown_here("ip route").find("10.88.0.0/16 via 10.77.1.9"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(PromoteSecondaries, ShelterTest, ::testing::Values("0", "1"));

TEST_F(AddressTest, ALabelIsSeenByOrdinaryTools) {
  VirtualAddress labelled = virtual_address("10.77.1.1/16");
  labelled.label = InterfaceName::cut("fw0:vip");
  auto addresses = VirtualAddresses::create(kOurs, {labelled}).value();
  EXPECT_EQ(addresses.take().added, 1u);
  EXPECT_NE(shown_here("ip -o addr show label fw0:vip").find("10.77.1.1/16"), std::string::npos);
  EXPECT_EQ(addresses.drop().removed, 1u);
}

TEST_F(AddressTest, ARefusedAddressIsReportedAndTheRestOfItsChunkIsTaken) {
  here("ip addr add 10.55.0.1/24 dev fw0 scope link");
  const std::vector wanted{virtual_address("10.55.0.2/24"), virtual_address("10.77.1.1/16")};
  auto addresses = VirtualAddresses::create(kOurs, wanted).value();
  const AddressReport report = addresses.take();
  EXPECT_EQ(report.added, 1u);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].address, wanted[0]);
  EXPECT_NE(report.failures[0].reason.find("cannot add 10.55.0.2/24 on fw0"), std::string::npos);
  EXPECT_EQ(addresses.held(), (std::vector<bool>{false, true}));
}

TEST_F(AddressTest, TheSweepRemovesWhatACrashLeftAndNothingElse) {
  VirtualAddresses::create(kOurs, many_addresses(100)).value().take();
  VirtualAddresses::create(kOthers, {virtual_address("10.77.2.1/16")}).value().take();
  here("ip addr add 10.77.3.1/16 dev fw0");
  auto restarted = VirtualAddresses::create(kOurs, {virtual_address("10.77.3.1/16")}).value();
  const AddressReport swept = restarted.drop();
  EXPECT_EQ(swept.removed, 100u);
  ASSERT_EQ(swept.foreign.size(), 1u);
  EXPECT_EQ(swept.foreign[0].str(), "10.77.3.1/16");
  EXPECT_TRUE(has("10.77.2.1/16") && has("10.77.3.1/16") && has("10.77.0.2/16"));
}

TEST_F(AddressTest, RemoveTaggedNeedsNothingButTheTag) {
  VirtualAddresses::create(kOurs, many_addresses(300)).value().take();
  const Time start = now();
  EXPECT_EQ(remove_tagged(kOurs), 300u);
  std::printf("remove_tagged: 300 in %.1f ms\n", milliseconds(now() - start));
  EXPECT_EQ(remove_tagged(kOurs), 0u);
  EXPECT_TRUE(has("10.77.0.2/16"));
}

TEST_F(AddressTest, ANewConfigurationMovesOnlyWhatChanged) {
  const std::vector before{virtual_address("10.77.1.1/16"), virtual_address("10.77.1.2/16")};
  const std::vector after{virtual_address("10.77.1.2/16"), virtual_address("10.77.1.3/16")};
  auto addresses = VirtualAddresses::create(kOurs, before).value();
  addresses.take();
  const auto report = addresses.configure(after);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->added, 1u);
  EXPECT_EQ(report->removed, 1u);
  EXPECT_TRUE(!has("10.77.1.1/16") && has("10.77.1.2/16") && has("10.77.1.3/16"));
}

TEST_F(AddressTest, ANewConfigurationAnnouncesOnlyWhatIsNew) {
  const std::vector one{virtual_address("10.77.1.1/16")};
  auto addresses = VirtualAddresses::create(kOurs, one).value();
  addresses.take();
  addresses.on_deadline(later(now(), 4s));
  const Time refresh = addresses.deadline();
  ASSERT_GT(refresh, later(now(), 30s)) << "the series is through, the next is in a minute";
  addresses.configure({virtual_address("10.77.1.2/16"), one[0]});
  EXPECT_LT(addresses.deadline(), refresh) << "the new one is due";
  addresses.configure(one);
  EXPECT_EQ(addresses.deadline(), refresh) << "what stays is announced when it would have been";
  EXPECT_EQ(addresses.held(), std::vector<bool>{true});
}

TEST_F(AddressTest, ANewerOrderEndsTheWorkBetweenTwoChunks) {
  auto addresses = VirtualAddresses::create(kOurs, many_addresses(300)).value();
  int asked = 0;
  addresses.set_interrupted([&] { return ++asked > 2; });
  EXPECT_EQ(addresses.take().added, 2 * kChangesPerChunk);
  addresses.set_interrupted({});
  EXPECT_EQ(addresses.drop().removed, 2 * kChangesPerChunk);
}

}  // namespace
}  // namespace flywall::netlink
