#include "netlink/route_message.hpp"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <rapidcheck.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "netlink/limits.hpp"

namespace flywall::netlink {
namespace {

ObservedAddress complete() {
  ObservedAddress address;
  address.interface_index = 7;
  address.prefix = Prefix::parse("10.0.0.1/24").value();
  address.peer = IpAddress::parse("10.0.1.1").value();
  address.broadcast = IpAddress::parse("10.0.0.255").value();
  address.label = InterfaceName::cut("a-label-of-15-b");
  address.tag = AddressTag{0xf1};
  address.scope = RT_SCOPE_LINK;
  address.flags = IFA_F_NOPREFIXROUTE;
  address.route_metric = 77;
  address.preferred_seconds = 1800;
  address.valid_seconds = 3600;
  return address;
}

std::optional<ObservedAddress> there_and_back(const ObservedAddress& address) {
  alignas(nlmsghdr) std::array<std::uint8_t, kChangeBytes> room;
  encode_change({ChangePurpose::restore, address}, 5, true, room);
  return decode_address(*reinterpret_cast<const nlmsghdr*>(room.data()));
}

TEST(RouteMessage, AnAddressComesBackAsItWas) {
  EXPECT_EQ(there_and_back(complete()), complete());
  ObservedAddress six;
  six.prefix = Prefix::parse("fd00::100/64").value();
  six.flags = IFA_F_NODAD;
  EXPECT_EQ(there_and_back(six), six);
}

TEST(RouteMessage, AddingNeverReplacesAndOnlyTheLastAsksForAnAck) {
  alignas(nlmsghdr) std::array<std::uint8_t, kChangeBytes> room;
  const auto& header = *reinterpret_cast<const nlmsghdr*>(room.data());
  encode_change({ChangePurpose::claim, complete()}, 9, false, room);
  EXPECT_EQ(header.nlmsg_type, RTM_NEWADDR);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
  EXPECT_EQ(header.nlmsg_seq, 9u);
  encode_change({ChangePurpose::release, complete()}, 9, true, room);
  EXPECT_EQ(header.nlmsg_type, RTM_DELADDR);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
}

// Any bytes behind a correct outer length, as `nlmsg_ok` has checked it.
std::vector<std::uint8_t> any_message(std::uint16_t type, std::size_t fixed) {
  auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(
      *rc::gen::inRange<std::size_t>(0, 200), rc::gen::arbitrary<std::uint8_t>());
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + bytes.size());
  std::vector<std::uint8_t> message(header.nlmsg_len);
  std::memcpy(message.data(), &header, sizeof header);
  std::ranges::copy(bytes, message.begin() + sizeof header);
  // Attributes that look possible, else nearly all are refused at the first one.
  for (std::size_t at = sizeof header + fixed; at + 4 <= message.size(); at += 4 + message[at]) {
    message[at] &= 31;
    message[at + 1] = 0;
    message[at + 2] &= 15;
    message[at + 3] = 0;
  }
  return message;
}

TEST(RouteMessage, NoBytesOfAMessageAreReadBeyondItsLength) {
  EXPECT_TRUE(rc::check("addresses", [] {
    const auto bytes = any_message(RTM_NEWADDR, sizeof(ifaddrmsg));
    const auto address = decode_address(*reinterpret_cast<const nlmsghdr*>(bytes.data()));
    if (address) RC_ASSERT(address->prefix.length <= address->prefix.address.size() * 8);
  }));
  EXPECT_TRUE(rc::check("links", [] {
    const auto bytes = any_message(RTM_NEWLINK, sizeof(ifinfomsg));
    const auto link = decode_link(*reinterpret_cast<const nlmsghdr*>(bytes.data()));
    if (link) RC_ASSERT(!link->name.empty());
  }));
}

}  // namespace
}  // namespace flywall::netlink
