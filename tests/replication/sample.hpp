// The two nodes of the worked example, and short words for tests of the channel.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replication/connection.hpp"

namespace flywall::replication::sample {

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
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// 00 01 02 … 1f in place of the key of a cluster.
inline SecretKey key() {
  SecretKey cluster;
  for (std::uint8_t i = 0; i < SecretKey::kSize; ++i) cluster.data()[i] = i;
  return channel_key(cluster);
}
inline SecretKey other_key() { return derive_key(key(), "another secret"); }

inline Keys keys(const SecretKey& first, std::optional<SecretKey> second = std::nullopt) {
  Keys result;
  result.push_back(first);
  if (second) result.push_back(*second);
  return result;
}

inline SecretKey filled(std::uint8_t byte) {
  SecretKey::Array bytes;
  bytes.fill(byte);
  return SecretKey(bytes);
}

inline Party caller() {
  return {.self = {.node = NodeId("fw1"), .instance = InstanceId{0x1111}, .features = 7},
          .cluster_id = "flywall",
          .ephemeral = filled(0x11)};
}
inline Party answerer() {
  return {.self = {.node = NodeId("fw2"), .instance = InstanceId{0x2222}, .features = 5},
          .cluster_id = "flywall",
          .ephemeral = filled(0x22)};
}

inline constexpr Time kStart = time_from_nanoseconds(1'000'000'000);

// Two connections and the wire between them; time passes only when told.
struct Pair {
  Connection a = Connection::call(caller(), key(), std::nullopt, kStart);
  Connection b = Connection::answer(answerer(), keys(key()), kStart);
  std::vector<Event> at_a, at_b;
  Time now = kStart;

  static Buffer all_output(Connection& from, Time now) {
    Buffer all;
    while (true) {
      const Bytes some = from.output(now);
      if (some.empty()) return all;
      all.insert(all.end(), some.begin(), some.end());
    }
  }
  // Until both are quiet.
  void talk() {
    for (bool quiet = false; !quiet;) {
      const Buffer to_b = all_output(a, now);
      b.receive(to_b, now, at_b);
      const Buffer to_a = all_output(b, now);
      a.receive(to_a, now, at_a);
      quiet = to_a.empty() && to_b.empty();
    }
  }
};

template <class T>
std::vector<T> of_kind(const std::vector<Event>& events) {
  std::vector<T> found;
  for (const Event& event : events)
    if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
  return found;
}

inline std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace flywall::replication::sample
