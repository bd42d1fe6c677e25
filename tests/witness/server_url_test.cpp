#include "daemon/witness/server_url.hpp"

#include <gtest/gtest.h>

#include "daemon/witness/http_exchange.hpp"
#include "daemon/witness/record_store.hpp"

namespace flywall::witness {
namespace {

TEST(ServerUrl, HasSchemeLoginHostPortAndPath) {
  const auto url = ServerUrl::parse("redis://me:a:b@[fd00::1]:6380/2");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "redis");
  EXPECT_EQ(url->user, "me");
  EXPECT_EQ(url->password, "a:b");
  EXPECT_EQ(url->host, "fd00::1");
  EXPECT_EQ(url->port, 6380);
  EXPECT_EQ(url->path, "2");
}

TEST(ServerUrl, NeedsSchemeAndHost) {
  for (const char* wrong :
       {"", "10.0.0.5:6379", "://x", "redis://", "redis://:6379", "redis://h:99999"})
    EXPECT_FALSE(ServerUrl::parse(wrong)) << wrong;
}

TEST(ServerUrl, OfAnotherProviderIsRefusedInWords) {
  EXPECT_NE(redis_store({.url = "rediss://h"}).error().message.find("tunnel"), std::string::npos);
  EXPECT_EQ(redis_store({.url = "http://h"}).error().kind, ErrorKind::invalid);
  EXPECT_NE(consul_store({.url = "https://h"}).error().message.find("https is not built"),
            std::string::npos);
  EXPECT_EQ(etcd_store({.url = "h:2379"}).error().kind, ErrorKind::invalid);
}

TEST(AKeyInAPath, IsEscaped) { EXPECT_EQ(escaped("a/b c?&%"), "a/b%20c%3F%26%25"); }

}  // namespace
}  // namespace flywall::witness
