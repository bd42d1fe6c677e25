// Real sockets on loopback, on a port the kernel chooses. Every wait is a poll with a generous
// bound.
#include "heartbeat/transport.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <vector>

#include "heartbeat/datagram.hpp"

namespace flywall::heartbeat {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

struct Received {
  std::vector<std::uint8_t> bytes;
  Endpoint from;
  IpAddress to;
  std::uint32_t interface = 0;
};

bool wait_readable(const Transport& transport) {
  std::vector<pollfd> waiting;
  for (int descriptor : transport.descriptors()) waiting.push_back({descriptor, POLLIN, 0});
  return poll(waiting.data(), waiting.size(), kPatience) > 0;
}

std::vector<Received> receive(Transport& transport, std::size_t count) {
  std::vector<Received> result;
  while (result.size() < count && wait_readable(transport))
    for (const Arrival& arrival : transport.receive())
      result.push_back({{arrival.bytes.begin(), arrival.bytes.end()},
                        arrival.from,
                        arrival.to,
                        arrival.interface});
  return result;
}

Transport create() {
  auto transport = Transport::create(0);
  EXPECT_TRUE(transport) << transport.error().message;
  return std::move(*transport);
}

Route loopback(const Transport& to, const char* address = "127.0.0.1") {
  return {{*IpAddress::parse(address), to.port()}, {}, 0};
}

bool has_ipv6(Transport& transport) {
  return transport.descriptors().size() == 2 &&
         transport.send({{*IpAddress::parse("::1"), 9}, {}, 0}, as_bytes("?")) == 0;
}

TEST(Transport, TellsWhereADatagramCameFromAndWhereItArrived) {
  Transport a = create();
  Transport b = create();
  ASSERT_EQ(a.send(loopback(b), as_bytes("hello")), 0);
  const auto received = receive(b, 1);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(std::string(received[0].bytes.begin(), received[0].bytes.end()), "hello");
  EXPECT_EQ(received[0].from, (Endpoint{*IpAddress::parse("127.0.0.1"), a.port()}));
  EXPECT_EQ(received[0].to, *IpAddress::parse("127.0.0.1"));
  EXPECT_EQ(received[0].interface, if_nametoindex("lo"));
  EXPECT_EQ(a.counters().sent, 1U);
  EXPECT_EQ(b.counters().received, 1U);
}

TEST(Transport, ServesIPv6WhereTheMachineHasIt) {
  Transport a = create();
  Transport b = create();
  if (!has_ipv6(a)) GTEST_SKIP() << "no IPv6 on this machine";
  Route route = loopback(b, "::1");
  route.interface = if_nametoindex("lo");
  ASSERT_EQ(a.send(route, as_bytes("six")), 0);
  const auto received = receive(b, 1);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].from, (Endpoint{*IpAddress::parse("::1"), a.port()}));
  EXPECT_EQ(received[0].to, *IpAddress::parse("::1"));
  EXPECT_EQ(received[0].interface, if_nametoindex("lo"));
}

TEST(Transport, ASourceAddressAndAnInterfaceCanBePinned) {
  Transport a = create();
  Transport b = create();
  Route route = loopback(b, "127.0.0.3");
  route.source = *IpAddress::parse("127.0.0.2");
  route.interface = if_nametoindex("lo");
  ASSERT_EQ(a.send(route, as_bytes("pinned")), 0);
  const auto received = receive(b, 1);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].from.address, *IpAddress::parse("127.0.0.2"));
  EXPECT_EQ(received[0].to, *IpAddress::parse("127.0.0.3"));
}

TEST(Transport, ReturnsABoundedBatchAndTheRestWithTheNextCall) {
  Transport a = create();
  Transport b = create();
  constexpr std::size_t kSent = 3 * kBatch + 5;
  for (std::size_t i = 0; i < kSent; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    ASSERT_EQ(a.send(loopback(b), Bytes(&number, 1)), 0);
  }
  std::vector<std::uint8_t> numbers;
  while (numbers.size() < kSent && wait_readable(b)) {
    const auto batch = b.receive();
    ASSERT_LE(batch.size(), kBatch);
    for (const Arrival& arrival : batch) numbers.push_back(arrival.bytes[0]);
  }
  std::vector<std::uint8_t> expected(kSent);
  std::iota(expected.begin(), expected.end(), std::uint8_t{0});
  EXPECT_EQ(numbers, expected);
  EXPECT_TRUE(b.receive().empty());
}

TEST(Transport, AnOversizedDatagramArrivesJustLongEnoughToBeRefused) {
  Transport a = create();
  Transport b = create();
  const std::vector<std::uint8_t> large(9000, 7);
  ASSERT_EQ(a.send(loopback(b), large), 0);
  ASSERT_EQ(a.send(loopback(b), Bytes(large).first(kMaxDatagram)), 0);
  const auto received = receive(b, 2);
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(received[0].bytes.size(), kMaxDatagram + 1);
  EXPECT_EQ(received[1].bytes.size(), kMaxDatagram);
}

TEST(Transport, CountsWhatTheSystemRefusesByErrno) {
  Transport a = create();
  Route route = loopback(a);
  route.interface = 0x7ffffff0;  // no such interface
  const int error = a.send(route, as_bytes("x"));
  EXPECT_NE(error, 0);
  EXPECT_EQ(a.send(route, as_bytes("x")), error);
  EXPECT_EQ(a.send({}, as_bytes("x")), EAFNOSUPPORT);
  const auto& errors = a.counters().send_errors;
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].errno_value, error);
  EXPECT_EQ(errors[0].count, 2U);
  EXPECT_EQ(errors[1].count, 1U);
  EXPECT_EQ(a.counters().sent, 0U);
}

TEST(Transport, APortInUseIsAnErrorThatSaysWhich) {
  const Transport a = create();
  const auto second = Transport::create(a.port());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
  EXPECT_NE(second.error().message.find(std::to_string(a.port())), std::string::npos);
  EXPECT_NE(second.error().message.find("another flywalld"), std::string::npos);
}

int option(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(descriptor, level, name, &value, &size), 0);
  return value;
}

TEST(Transport, MarksWhatItSendsAndSharesItsPortWithNobody) {
  const Transport a = create();
  for (int descriptor : a.descriptors()) {
    const bool six = option(descriptor, SOL_SOCKET, SO_DOMAIN) == AF_INET6;
    EXPECT_EQ(six ? option(descriptor, IPPROTO_IPV6, IPV6_TCLASS)
                  : option(descriptor, IPPROTO_IP, IP_TOS),
              0xc0);
    EXPECT_EQ(option(descriptor, SOL_SOCKET, SO_PRIORITY), 6);
    EXPECT_EQ(option(descriptor, SOL_SOCKET, SO_REUSEADDR), 0);
    EXPECT_EQ(option(descriptor, SOL_SOCKET, SO_REUSEPORT), 0);
    EXPECT_EQ(six ? option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY) : 1, 1);
  }
}

TEST(Transport, NothingWaitingIsAnEmptyBatch) {
  Transport a = create();
  EXPECT_TRUE(a.receive().empty());
  EXPECT_TRUE(a.counters().receive_errors.empty());
}

TEST(Transport, MayBeMoved) {
  Transport a = create();
  Transport b = create();
  const std::uint16_t port = b.port();
  Transport moved = std::move(b);
  EXPECT_EQ(moved.port(), port);
  ASSERT_EQ(a.send(loopback(moved), as_bytes("x")), 0);
  EXPECT_EQ(receive(moved, 1).size(), 1U);
}

}  // namespace
}  // namespace flywall::heartbeat
