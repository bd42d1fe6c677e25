// The datagrams of the worked example in docs/protocol.md, their bytes, and short words for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heartbeat/datagram.hpp"

namespace flywall::heartbeat::sample {

using Buffer = std::vector<std::uint8_t>;

inline Buffer from_hex(std::string_view text) {
  const auto digit = [](char c) {
    return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  Buffer bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
  return bytes;
}

inline std::string to_hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// 00 01 02 … 1f in place of the key of a cluster.
inline SecretKey cluster_key() {
  SecretKey key;
  for (std::uint8_t i = 0; i < SecretKey::kSize; ++i) key.data()[i] = i;
  return key;
}

inline Heartbeat heartbeat() {
  Heartbeat result;
  Statement& statement = result.statement;
  statement.sender = NodeId("fw1");
  statement.state = State::primary;
  statement.claim = {Epoch{42}, NodeId("fw1")};
  statement.tenure = Epoch{42};
  statement.held_for = 90s;
  statement.rank.priority = 50;
  statement.protocol_minor = 0;
  statement.eligible = true;
  statement.holder_alive = true;
  statement.heard.push_back(node_tag(NodeId("fw2")));
  statement.address_digest = 0x0123456789abcdef;
  Contact& contact = result.contact;
  contact.instance = InstanceId{0x1122334455667788};
  contact.counter = 1000;
  contact.sent = time_from_nanoseconds(5'000'000'000);
  contact.path_sequence = 334;
  contact.echoes.push_back(
      {InstanceId{0x99aabbccddeeff00}, 2000, time_from_nanoseconds(7'000'000'000), 1500us});
  result.addresses.push_back(*IpAddress::parse("10.0.0.1"));
  result.addresses.push_back(*IpAddress::parse("192.168.1.1"));
  return result;
}

// The same node while it offers its role to fw2 (minor 1).
inline Heartbeat offer() {
  Heartbeat result = heartbeat();
  result.statement.state = State::handing_over;
  result.statement.protocol_minor = 1;
  result.statement.offer = {Epoch{43}, node_tag(NodeId("fw2"))};
  return result;
}

// The same node with votes (minor 2): its own is its own, and three nodes vote of which it knows
// two.
inline Heartbeat votes() {
  Heartbeat result = heartbeat();
  Statement& statement = result.statement;
  statement.protocol_minor = 2;
  statement.grant = {Epoch{42}, node_tag(NodeId("fw1")), 300ms};
  statement.voters.size = 3;
  statement.voters.known.push_back(node_tag(NodeId("fw1")));
  statement.voters.known.push_back(node_tag(NodeId("fw2")));
  return result;
}

inline Will will() { return {NodeId("fw1"), InstanceId{0x1122334455667788}, 1001, Epoch{42}}; }

// Header and body as `encode` makes them: key id zero.
inline Buffer clear(const Datagram& datagram) {
  Buffer room(kMaxClear);
  room.resize(encode(datagram, room));
  return room;
}

}  // namespace flywall::heartbeat::sample
