#include "replication/handshake.hpp"

#include <gtest/gtest.h>

#include "tests/replication/golden.hpp"
#include "tests/replication/sample.hpp"

namespace flywall::replication {
namespace {

using namespace sample;

struct Exchange {
  Initiator initiator{caller(), key(), std::nullopt};
  Responder responder{answerer(), keys(key())};
};

TEST(Handshake, TheWorkedExampleHasTheDocumentedBytes) {
  Exchange exchange;
  EXPECT_EQ(to_hex(exchange.initiator.hello()), golden::kFirst);
  ASSERT_TRUE(exchange.responder.receive(exchange.initiator.hello()));
  EXPECT_EQ(to_hex(exchange.responder.hello()), golden::kSecond);
  ASSERT_TRUE(exchange.initiator.receive(exchange.responder.hello()));
  EXPECT_EQ(to_hex(exchange.initiator.confirm()), golden::kThird);
}

TEST(Handshake, BothEndsKnowEachOtherAndHaveTheSameKeys) {  // H1
  Exchange exchange;
  ASSERT_TRUE(exchange.responder.receive(exchange.initiator.hello()));
  const auto here = exchange.initiator.receive(exchange.responder.hello());
  ASSERT_TRUE(here);
  const auto there = exchange.responder.confirmed(exchange.initiator.confirm());
  ASSERT_TRUE(there);
  EXPECT_EQ(here->peer, answerer().self);
  EXPECT_EQ(there->peer, caller().self);
  EXPECT_EQ(here->features, 5u);
  EXPECT_EQ(here->sending.bytes(), there->receiving.bytes());
  EXPECT_EQ(here->receiving.bytes(), there->sending.bytes());
  EXPECT_NE(here->receiving.bytes(), here->sending.bytes());
  EXPECT_EQ(here->key, key_id(key()));
}

TEST(Handshake, AnotherSecretOrClusterIsNotAnswered) {  // H3
  Exchange exchange;
  Responder stranger(answerer(), keys(other_key()));
  EXPECT_EQ(stranger.receive(exchange.initiator.hello()).error(), Refusal::unknown_key);
  Party elsewhere = answerer();
  elsewhere.cluster_id = "another";
  Responder neighbour(elsewhere, keys(key()));
  EXPECT_EQ(neighbour.receive(exchange.initiator.hello()).error(), Refusal::bad_seal);
}

TEST(Handshake, AKeyInRotationIsAcceptedAsWell) {  // H7
  Initiator old(caller(), other_key(), std::nullopt);
  Responder responder(answerer(), keys(key(), other_key()));
  ASSERT_TRUE(responder.receive(old.hello()));
  const auto agreement = old.receive(responder.hello());
  ASSERT_TRUE(agreement);
  EXPECT_EQ(agreement->key, key_id(other_key()));
  EXPECT_TRUE(responder.confirmed(old.confirm()));
}

TEST(Handshake, EveryChangedBitIsNoticed) {
  for (std::size_t bit = 0; bit < kHelloSize * 8; ++bit) {
    Exchange exchange;
    Hello hello = exchange.initiator.hello();
    hello[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(exchange.responder.receive(hello)) << "message 1, bit " << bit;
    ASSERT_TRUE(exchange.responder.receive(exchange.initiator.hello()));
    Hello answer = exchange.responder.hello();
    answer[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(exchange.initiator.receive(answer)) << "message 2, bit " << bit;
    if (bit >= kConfirmSize * 8) continue;
    ASSERT_TRUE(exchange.initiator.receive(exchange.responder.hello()));
    Confirm confirm = exchange.initiator.confirm();
    confirm[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(exchange.responder.confirmed(confirm)) << "message 3, bit " << bit;
  }
}

TEST(Handshake, ARecordingOpensNothing) {  // H4
  Exchange recorded;
  const Hello hello = recorded.initiator.hello();
  ASSERT_TRUE(recorded.responder.receive(hello));
  ASSERT_TRUE(recorded.initiator.receive(recorded.responder.hello()));
  Party later = answerer();
  later.ephemeral = filled(0x33);
  Responder again(later, keys(key()));
  ASSERT_TRUE(again.receive(hello));
  EXPECT_EQ(again.confirmed(recorded.initiator.confirm()).error(), Refusal::bad_seal);
  Party restarted = caller();
  restarted.ephemeral = filled(0x44);
  Initiator other(restarted, key(), std::nullopt);
  EXPECT_EQ(other.receive(recorded.responder.hello()).error(), Refusal::bad_seal);
}

TEST(Handshake, WhatIsReflectedIsRefused) {  // H5
  Initiator initiator(caller(), key(), std::nullopt);
  Responder self(caller(), keys(key()));
  EXPECT_EQ(self.receive(initiator.hello()).error(), Refusal::own_node);
  Hello reflected = initiator.hello();
  reflected[0] = 2;
  EXPECT_EQ(initiator.receive(reflected).error(), Refusal::own_node);
}

TEST(Handshake, WhoeverIsNotWhomWeCalledIsRefused) {
  Initiator initiator(caller(), key(), NodeId("fw3"));
  Responder responder(answerer(), keys(key()));
  EXPECT_EQ(responder.receive(initiator.hello()).error(), Refusal::other_node);
  Party third = answerer();
  third.self.node = NodeId("fw3");
  Responder called(third, keys(key()));
  ASSERT_TRUE(called.receive(initiator.hello()));
  EXPECT_TRUE(initiator.receive(called.hello()));
}

TEST(Handshake, AnEphemeralKeyOfLowOrderMakesNoSecret) {
  Initiator initiator(caller(), key(), std::nullopt);
  Responder responder(answerer(), keys(key()));
  ASSERT_TRUE(responder.receive(initiator.hello()));
  Hello answer = responder.hello();
  std::fill_n(answer.begin() + 8, 32, std::uint8_t{0});
  EXPECT_EQ(initiator.receive(answer).error(), Refusal::weak_key);
}

TEST(Handshake, NothingButTheNamedKeyStandsInClear) {
  const Hello hello = Initiator(caller(), key(), std::nullopt).hello();
  EXPECT_EQ(text_of(hello).find("fw1"), std::string::npos);
  EXPECT_EQ(text_of(hello).find("flywall"), std::string::npos);
}

}  // namespace
}  // namespace flywall::replication
