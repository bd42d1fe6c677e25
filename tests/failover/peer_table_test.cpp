#include "daemon/failover/peer_table.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <deque>

#include "base/key.hpp"

namespace flywall::failover {
namespace {

using heartbeat::Refusal;
using heartbeat::Statement;
using heartbeat::Verdict;

constexpr Duration kDetection = 30ms;

heartbeat::Sealer sealer_of(std::uint8_t byte) {
  SecretKey::Array bytes;
  bytes.fill(byte);
  return heartbeat::Sealer(SecretKey(bytes));
}

// A node with real sockets on loopback; what arrives waits in `waiting`, so that a test may hold,
// copy and repeat it.
struct Node {
  struct Datagram {
    std::vector<std::uint8_t> bytes;
    heartbeat::Arrival arrival;
  };

  Node(const char* name, std::uint64_t life, std::uint8_t key = 7)
      : name_(name),
        sealer(sealer_of(key)),
        transport(std::move(*heartbeat::Transport::create(0))),
        life_(life) {}

  void meet(const Node& other, bool named = false) {
    PeerSetting setting{.port = other.transport.port()};
    if (named) setting.name = NodeId(other.name_);
    setting.endpoints.push_back({*IpAddress::parse("127.0.0.1"), other.transport.port()});
    table.emplace(PeerTable::Identity{NodeId(name_), InstanceId{life_}, kDetection}, sealer,
                  std::vector<PeerSetting>{setting});
  }
  Statement statement() const {
    return {.sender = NodeId(name_),
            .state = heartbeat::State::backup,
            .interval = 10ms,
            .detection = kDetection};
  }
  void speak(Time now) { table->speak(transport, statement(), 1, now); }
  Datagram fetch() {
    pollfd waiting{transport.descriptors()[0], POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 5000), 1);
    const auto arrivals = transport.receive();
    EXPECT_EQ(arrivals.size(), 1U);
    return {{arrivals[0].bytes.begin(), arrivals[0].bytes.end()}, arrivals[0]};
  }
  std::optional<Believed> read(Datagram datagram, Time now) {
    datagram.arrival.bytes = datagram.bytes;
    return table->receive(datagram.arrival, now);
  }
  std::uint64_t refused(Refusal refusal) const {
    return table->refusals()[static_cast<std::size_t>(refusal)];
  }

  std::string name_;
  heartbeat::Sealer sealer;
  heartbeat::Transport transport;
  std::uint64_t life_;
  std::optional<PeerTable> table;
};

Time at(Duration since_start) { return Time(1h) + since_start; }

// Two exchanges, after which each has proven itself to the other.
void acquaint(Node& a, Node& b, Duration when) {
  a.speak(at(when));
  b.read(b.fetch(), at(when + 1ms));
  b.speak(at(when + 2ms));
  a.read(a.fetch(), at(when + 3ms));
  a.speak(at(when + 4ms));
  b.read(b.fetch(), at(when + 5ms));
}

TEST(PeerTable, E14_two_nodes_prove_themselves_within_two_exchanges) {
  Node a("alpha", 1);
  Node b("beta", 2);
  a.meet(b);
  b.meet(a);
  a.speak(at(0ms));
  EXPECT_FALSE(b.read(b.fetch(), at(1ms)));
  EXPECT_EQ(b.refused(Refusal::unproven), 1U);
  b.speak(at(2ms));
  const auto first = a.read(a.fetch(), at(3ms));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->receipt.verdict, Verdict::fresh);
  EXPECT_EQ(first->statement->sender.view(), "beta");
  EXPECT_EQ(a.table->node(PeerIndex{0}).view(), "beta");
}

TEST(PeerTable, E14_a_recording_played_to_a_restarted_node_proves_nothing) {
  Node a("alpha", 1);
  Node b("beta", 2);
  a.meet(b);
  b.meet(a);
  acquaint(a, b, 0ms);
  a.speak(at(10ms));
  const auto recorded = b.fetch();
  EXPECT_TRUE(b.read(recorded, at(11ms)));
  EXPECT_FALSE(b.read(recorded, at(12ms)));
  EXPECT_EQ(b.refused(Refusal::replayed), 1U);
  b.life_ = 3;
  b.meet(a);
  EXPECT_FALSE(b.read(recorded, at(13ms)));
  EXPECT_EQ(b.refused(Refusal::unproven), 1U);
}

TEST(PeerTable, a_stranger_is_refused_by_key_and_a_member_from_nowhere_by_name) {
  Node a("alpha", 1);
  Node b("beta", 2);
  Node stranger("beta", 9, 8);
  Node third("gamma", 4);
  a.meet(b, true);
  stranger.meet(a);
  third.meet(a);
  stranger.speak(at(0ms));
  EXPECT_FALSE(a.read(a.fetch(), at(1ms)));
  EXPECT_EQ(a.refused(Refusal::unknown_key), 1U);
  third.speak(at(2ms));
  EXPECT_FALSE(a.read(a.fetch(), at(3ms)));
  EXPECT_EQ(a.refused(Refusal::unknown_peer), 1U);
}

TEST(PeerTable, E15_a_second_machine_with_our_name_is_noticed) {
  Node a("alpha", 1);
  Node b("alpha", 2);
  a.meet(b);
  b.meet(a);
  b.speak(at(0ms));
  EXPECT_FALSE(a.read(a.fetch(), at(1ms)));
  EXPECT_EQ(a.refused(Refusal::own_datagram), 1U);
  EXPECT_EQ(a.table->namesakes(), 1U);
}

TEST(PeerTable, a_will_counts_once_and_only_for_the_living_instance) {
  Node a("alpha", 1);
  Node b("beta", 2);
  a.meet(b);
  b.meet(a);
  acquaint(a, b, 0ms);
  std::vector<processes::message::LastWill> wills;
  a.table->make_wills(Epoch{4}, [&](const auto& will) {
    if (will.size > 0) wills.push_back(will);
  });
  ASSERT_EQ(wills.size(), 1U);
  Node::Datagram sent{{wills[0].bytes.begin(), wills[0].bytes.begin() + wills[0].size}, {}};
  const auto believed = b.read(sent, at(20ms));
  ASSERT_TRUE(believed);
  EXPECT_TRUE(believed->will);
  EXPECT_FALSE(b.read(sent, at(21ms)));
  EXPECT_EQ(b.refused(Refusal::superseded_instance), 1U);
}

TEST(PeerTable,
     E5_told_addresses_on_served_networks_become_pinned_paths_and_configured_ones_stay_single) {
  Node a("alpha", 1);
  Node b("beta", 2);
  a.meet(b);
  b.meet(a);
  ServedNetworks of_a;
  of_a.push_back({.ifindex = 5, .own = *Prefix::parse("10.1.0.1/24")});
  ServedNetworks of_b;
  of_b.push_back({.ifindex = 6, .own = *Prefix::parse("10.1.0.2/24")});
  of_b.push_back({.ifindex = 7, .own = *Prefix::parse("127.0.0.1/8")});
  a.table->serve(of_a);
  b.table->serve(of_b);
  acquaint(b, a, 0ms);
  processes::PeerStatus status;
  a.table->describe(PeerIndex{0}, status);
  EXPECT_TRUE(status.paths[0].used && !status.paths[0].automatic);
  ASSERT_TRUE(status.paths[1].used && status.paths[1].automatic);
  EXPECT_EQ(status.paths[1].remote.address.str(), "10.1.0.2");
  EXPECT_EQ(status.paths[1].ifindex, 5U);
  EXPECT_FALSE(status.paths[2].used);
  EXPECT_TRUE(a.table->serve({}));
  a.table->describe(PeerIndex{0}, status);
  EXPECT_FALSE(status.paths[1].used);
}

TEST(PeerTable, a_resolved_name_adds_paths_and_a_new_answer_replaces_them) {
  Node a("alpha", 1);
  Node b("beta", 2);
  a.meet(b);
  processes::message::PeerResolved answer;
  answer.addresses.push_back(*IpAddress::parse("127.0.0.1"));
  EXPECT_FALSE(a.table->resolved(answer));
  answer.addresses.push_back(*IpAddress::parse("192.0.2.7"));
  EXPECT_TRUE(a.table->resolved(answer));
  EXPECT_FALSE(a.table->resolved(answer));
  answer.addresses.clear();
  EXPECT_TRUE(a.table->resolved(answer));
}

PeerSetting setting_of(const char* host, std::uint16_t port, const char* name = "") {
  PeerSetting setting{.name = *name ? NodeId(name) : NodeId{}, .port = port};
  if (const auto address = IpAddress::parse(host)) setting.endpoints.push_back({*address, port});
  setting.hosts.push_back(digest64(as_bytes(host)));
  return setting;
}

TEST(PeerTable, APeerThatStaysThroughAReloadIsNotMadeAcquaintedAgain) {
  Node a("a", 1), b("b", 2);
  a.meet(b);
  b.meet(a);
  const PeerSetting stays = setting_of("127.0.0.1", b.transport.port());
  a.table->reconfigure({stays}, kDetection);
  acquaint(a, b, 0ms);
  const auto former =
      a.table->reconfigure({setting_of("192.0.2.7", 9002, "c"), stays}, 2 * kDetection);
  EXPECT_EQ(former[0], std::nullopt) << "c is new";
  EXPECT_EQ(former[1], PeerIndex{0});
  b.speak(at(10ms));
  const auto heard = a.read(a.fetch(), at(11ms));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->peer, PeerIndex{1});
  EXPECT_EQ(heard->receipt.verdict, Verdict::fresh);
  EXPECT_FALSE(heard->receipt.new_instance);
}

TEST(PeerTable, APathThatStaysKeepsItsIndexAndItsCounters) {
  Node a("a", 1), b("b", 2);
  a.meet(b);
  PeerSetting setting = setting_of("127.0.0.1", b.transport.port(), "b");
  setting.endpoints.push_back({*IpAddress::parse("192.0.2.1"), 9002});
  a.table->reconfigure({setting}, kDetection);
  a.speak(at(0ms));
  PeerSetting moved = setting;
  moved.endpoints[1] = {*IpAddress::parse("192.0.2.9"), 9002};
  a.table->reconfigure({moved}, kDetection);
  processes::PeerStatus status;
  a.table->describe(PeerIndex{0}, status);
  EXPECT_EQ(status.paths[0].sent, 1u);
  EXPECT_EQ(status.paths[1].remote.address, moved.endpoints[1].address);
  EXPECT_EQ(status.paths[1].sent, 0u);
}

TEST(PeerTable, APeerThatIsRemovedIsHeardNoLongerAndItsWillsAreTakenBack) {
  Node a("a", 1), b("b", 2);
  a.meet(b);
  b.meet(a);
  acquaint(a, b, 0ms);
  const auto former = a.table->reconfigure({}, kDetection);
  EXPECT_EQ(former, PeerTable::Former{});
  EXPECT_EQ(a.table->size(), 0u);
  b.speak(at(10ms));
  EXPECT_FALSE(a.read(a.fetch(), at(11ms)));
  EXPECT_EQ(a.refused(Refusal::unknown_peer), 1u);
  std::size_t empty = 0;
  a.table->make_wills(Epoch{1}, [&](const processes::message::LastWill& will) {
    EXPECT_EQ(will.peer, PeerIndex{0});
    empty += will.size == 0 ? 1 : 0;
  });
  EXPECT_EQ(empty, kMaxPaths);
}

TEST(PeerTable, OtherKeysCountFromTheNextDatagramOn) {
  Node a("a", 1, 7), b("b", 2, 8);
  a.meet(b);
  b.meet(a);
  a.speak(at(0ms));
  EXPECT_FALSE(b.read(b.fetch(), at(1ms)));
  EXPECT_EQ(b.refused(Refusal::unknown_key), 1u);
  b.table->reseal(sealer_of(7));
  acquaint(a, b, 10ms);
  a.speak(at(20ms));
  EXPECT_TRUE(b.read(b.fetch(), at(21ms)));
}

}  // namespace
}  // namespace flywall::failover
