#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

#include "netlink/address_watch.hpp"
#include "netlink/link_dump.hpp"
#include "netlink/link_watch.hpp"
#include "tests/netlink/namespaces.hpp"

namespace flywall::netlink {
namespace {

class WatchTest : public NamespacesTest {
 protected:
  // Reads until a link of that name satisfies `condition`.
  bool hears(LinkWatch& watch, const std::string& name, bool (*condition)(const LinkState&)) {
    while (readable(watch.fd())) {
      const LinkEvents events = watch.read();
      if (std::ranges::any_of(events.links, [&](const LinkState& link) {
            return link.name.view() == name && condition(link);
          }))
        return true;
    }
    return false;
  }
};

TEST_F(WatchTest, ThePulledCableIsHeard) {
  auto watch = LinkWatch::create().value();
  auto route = RouteSocket::create().value();
  const auto fw0 = link_named(route, InterfaceName::cut("fw0"));
  ASSERT_TRUE(fw0);
  EXPECT_TRUE(fw0->up());
  EXPECT_EQ(fw0->mac.str(), "02:00:00:00:00:01");
  const Time pulled = now();
  there("ip link set lan0 down");
  EXPECT_TRUE(hears(watch, "fw0", [](const LinkState& link) { return !link.up(); }));
  std::printf("carrier loss heard %.1f ms after the command's start\n",
              milliseconds(now() - pulled));
  there("ip link set lan0 up");
  EXPECT_TRUE(hears(watch, "fw0", [](const LinkState& link) { return link.up(); }));
}

TEST_F(WatchTest, ACarrierThatTheKernelHasNotYetToldAboutIsSeenByAsking) {
  auto route = RouteSocket::create().value();
  const LinkState before = link_named(route, InterfaceName::cut("fw0")).value();
  EXPECT_TRUE(before.carrier);
  there("ip link set lan0 down");
  const auto after = route.link(before.index);
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->carrier);
  EXPECT_EQ(after->name, before.name);
  const auto nobody = route.link(9999);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, ErrorKind::missing);
}

TEST_F(WatchTest, AppearingRenamingAndRemovalAreHeard) {
  auto watch = LinkWatch::create().value();
  here("ip link add later type veth peer name other");
  EXPECT_TRUE(hears(watch, "later", [](const LinkState& link) { return !link.removed; }));
  here("ip link set later name now0");
  EXPECT_TRUE(hears(watch, "now0", [](const LinkState& link) { return !link.removed; }));
  here("ip link del now0");
  EXPECT_TRUE(hears(watch, "now0", [](const LinkState& link) { return link.removed; }));
}

TEST_F(WatchTest, APortThatLeavesABridgeIsNotRemoved) {
  here("ip link add br0 type bridge; ip link set fw0 master br0");
  auto watch = LinkWatch::create().value();
  here("ip link set fw0 nomaster; ip link set fw0 alias last");
  bool removed = false;
  while (readable(watch.fd())) {
    const LinkEvents events = watch.read();
    for (const LinkState& link : events.links) removed |= link.removed;
    if (!events.more) break;
  }
  EXPECT_FALSE(removed);
}

TEST_F(WatchTest, AnOverrunIsReportedOnceAndWhatComesAfterIsHeardAgain) {
  auto watch = LinkWatch::create().value();
  const int tiny = 1;
  setsockopt(watch.fd(), SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
  for (int i = 0; i < 8; ++i) here("ip link set fw0 down; ip link set fw0 up");
  bool overrun = false;
  while (!overrun && readable(watch.fd())) overrun = watch.read().overrun;
  EXPECT_TRUE(overrun);
  EXPECT_GE(watch.counters().overruns, 1u);
  while (watch.read().more) {
  }
  const int large = kLinkWatchBufferBytes;
  setsockopt(watch.fd(), SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  here("ip link set fw0 name fw1");
  EXPECT_TRUE(hears(watch, "fw1", [](const LinkState&) { return true; }));
}

TEST_F(WatchTest, WhatDoesNotComeFromTheKernelIsCountedAndNotBelieved) {
  auto watch = LinkWatch::create().value();
  sockaddr_nl target{};
  socklen_t size = sizeof target;
  ASSERT_EQ(getsockname(watch.fd(), reinterpret_cast<sockaddr*>(&target), &size), 0);
  target.nl_groups = 0;
  struct {
    nlmsghdr header;
    ifinfomsg body;
    rtattr attribute;
    char name[8] = "fw0";
  } forged{};
  forged.header.nlmsg_len = sizeof forged;
  forged.header.nlmsg_type = RTM_DELLINK;
  forged.body.ifi_index = 2;
  forged.attribute = {sizeof(rtattr) + 4, IFLA_IFNAME};
  Descriptor forger(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  ASSERT_EQ(sendto(forger.get(), &forged, sizeof forged, 0,
                   reinterpret_cast<const sockaddr*>(&target), size),
            static_cast<ssize_t>(sizeof forged));
  ASSERT_TRUE(readable(watch.fd()));
  EXPECT_TRUE(watch.read().links.empty());
  EXPECT_EQ(watch.counters().foreign, 1u);
}

TEST_F(WatchTest, ComingAndGoingAddressesAreHeardInOrder) {
  auto watch = AddressWatch::create().value();
  here("ip addr add 10.77.1.1/32 dev fw0; ip addr del 10.77.1.1/32 dev fw0");
  std::vector<AddressEvent> heard;
  while (heard.size() < 2 && readable(watch.fd()))
    for (const AddressEvent& event : watch.read().addresses)
      if (event.address.prefix.str() == "10.77.1.1/32") heard.push_back(event);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_FALSE(heard[0].removed);
  EXPECT_TRUE(heard[1].removed);
}

}  // namespace
}  // namespace flywall::netlink
