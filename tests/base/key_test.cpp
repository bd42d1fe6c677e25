// The golden values come from other implementations (Python's hashlib, OpenSSL's Argon2id): a key
// that changes locks every peer of another version out.
#include "base/key.hpp"

#include <gtest/gtest.h>

#include <string>

namespace flywall {
namespace {

std::string hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

SecretKey counting_key() {
  SecretKey key;
  for (std::uint8_t i = 0; i < SecretKey::kSize; ++i) key.data()[i] = i;
  return key;
}

TEST(Key, OfAClusterIsArgon2idOfSecretAndClusterId) {
  const auto key = cluster_key("correct horse", "flywall");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(hex(key->bytes()), "ac6130beccb4132a38e697d0a701ee41e1c6d6065354f2a8d38ca9eedd7a7d74");
  EXPECT_NE(hex(cluster_key("correct horse", "flywall2")->bytes()), hex(key->bytes()));
}

TEST(Key, IsDerivedPerUseByKeyedBlake2b) {
  const SecretKey heartbeat = derive_key(counting_key(), "flywall heartbeat 1");
  EXPECT_EQ(hex(heartbeat.bytes()),
            "ca078e7e50a4c78cddad01df051639428c85d0c734e325ef24395658d67f42cd");
  EXPECT_NE(hex(derive_key(counting_key(), "flywall heartbeat 2").bytes()), hex(heartbeat.bytes()));
  EXPECT_EQ(key_id(counting_key()).value, 0x552692f7U);
  EXPECT_EQ(key_id(heartbeat).value, 0xeaeea235U);
}

TEST(Key, NodeTagsAndDigestsAreTheFirstBytesOfBlake2b) {
  EXPECT_EQ(node_tag(NodeId("fw1")).value, 0xda85e7f8822f76a0U);
  EXPECT_EQ(node_tag(NodeId("fw2")).value, 0xe4e0ca42894aa4a5U);
  EXPECT_EQ(digest64({}), 0xcae66941d9efbd40U);
}

}  // namespace
}  // namespace flywall
