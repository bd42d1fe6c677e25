// The stores against the real things: a file system, Redis, Consul, etcd.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.hpp"
#include "daemon/witness/observed_lock.hpp"
#include "daemon/witness/record_store.hpp"
#include "tests/witness/server_process.hpp"

namespace flywall::witness {
namespace {

constexpr Duration kLimit = 2s;

struct Provider {
  const char* name;
  const char* program;  // empty: no server
  std::vector<std::string> arguments;
  Result<std::unique_ptr<RecordStore>> (*store)(const ServerSetting& setting);
  const char* scheme;
};

const Provider kProviders[] = {
    {"file", "", {}, nullptr, ""},
    {"redis",
     "redis-server",
     {"--port", "PORT", "--bind", "127.0.0.1", "--dir", "DIR", "--save", "", "--appendonly", "no"},
     redis_store,
     "redis"},
    {"etcd",
     "etcd",
     {"--data-dir", "DIR/data", "--listen-client-urls", "http://127.0.0.1:PORT",
      "--advertise-client-urls", "http://127.0.0.1:PORT", "--listen-peer-urls",
      "http://127.0.0.1:PORT2"},
     etcd_store,
     "http"},
    {"consul",
     "consul",
     {"agent", "-dev", "-bind", "127.0.0.1", "-http-port", "PORT", "-server-port", "PORT2",
      "-serf-lan-port", "PORT3", "-serf-wan-port", "-1", "-dns-port", "-1", "-grpc-port", "-1"},
     consul_store,
     "http"},
};

class StoreTest : public ::testing::TestWithParam<Provider> {
 protected:
  void SetUp() override {
    std::array<char, 32> folder{"/tmp/flywall-store.XXXXXX"};
    folder_ = ::mkdtemp(folder.data());
    const Provider& provider = GetParam();
    if (provider.store == nullptr) return;
    auto started = ServerProcess::start(provider.program, provider.arguments);
    if (started) server_.emplace(std::move(*started));
    if (!server_) GTEST_SKIP() << provider.program << " is not installed";
    for (const Time limit = now() + 30s; now() < limit && !store()->read();) ::usleep(20'000);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<RecordStore> store(Duration limit = kLimit) {
    auto made = server_
                    ? GetParam().store({.url = std::string(GetParam().scheme) +
                                               "://127.0.0.1:" + std::to_string(server_->port()),
                                        .key = "flywall/a lock",
                                        .token = "",
                                        .limit = limit})
                    : file_store(folder_ + "/lock", false);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  std::string folder_;
  std::optional<ServerProcess> server_;
};

TEST_P(StoreTest, HasNothingThenWhatWasWrittenThenWhatReplacedIt) {
  auto one = store();
  auto two = store();
  auto nothing = one->read();
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_FALSE(*nothing);
  auto written = one->replace(std::nullopt, "first\n");
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_TRUE(*written);
  auto seen = two->read();
  ASSERT_TRUE(seen && *seen);
  EXPECT_EQ((*seen)->value, "first\n");
  EXPECT_TRUE(*two->replace(*seen, "second\n"));
  EXPECT_EQ((*one->read())->value, "second\n");
}

TEST_P(StoreTest, RefusesToReplaceWhatIsNotThereAnyMore) {
  auto one = store();
  EXPECT_TRUE(*one->replace(std::nullopt, "first\n"));
  const auto old = *one->read();
  EXPECT_TRUE(*one->replace(old, "second\n"));
  EXPECT_FALSE(*one->replace(old, "third\n"));
  EXPECT_FALSE(*one->replace(std::nullopt, "third\n"));
  EXPECT_EQ((*one->read())->value, "second\n");
}

TEST_P(StoreTest, LetsOnlyOneOfManyWin) {
  constexpr int kWriters = 8;
  std::array<int, kWriters> won{};
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i)
    writers.emplace_back([&, i] {
      const auto mine = store();
      const auto result = mine->replace(std::nullopt, "writer " + std::to_string(i) + "\n");
      won[static_cast<std::size_t>(i)] = result && *result;
    });
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
}

class ServerTest : public StoreTest {};

TEST_P(ServerTest, ThatForgotEverythingSaysThatThereIsNothing) {
  auto one = store();
  EXPECT_TRUE(*one->replace(std::nullopt, "first\n"));
  server_->restart_empty();
  Result<std::optional<Stored>> seen = fail(ErrorKind::unavailable, "not asked yet");
  for (const Time limit = now() + 30s; now() < limit && !seen;) {
    seen = one->read();
    if (!seen) ::usleep(20'000);
  }
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_FALSE(*seen);
}

TEST_P(ServerTest, ThatHangsIsGivenUpInTimeAndUsedAgainAfterwards) {
  auto one = store(300ms);
  ASSERT_TRUE(one->read());
  server_->stop_running();
  const auto refused = one->read();
  server_->run_again();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::timed_out) << refused.error().message;
  Result<std::optional<Stored>> again = one->read();
  for (const Time limit = now() + 30s; now() < limit && !again;) again = one->read();
  EXPECT_TRUE(again);
}

std::string name_of(const ::testing::TestParamInfo<Provider>& provider) {
  return provider.param.name;
}
INSTANTIATE_TEST_SUITE_P(Real, StoreTest, ::testing::ValuesIn(kProviders), name_of);
// A file neither restarts nor hangs.
INSTANTIATE_TEST_SUITE_P(Real, ServerTest,
                         ::testing::ValuesIn(std::begin(kProviders) + 1, std::end(kProviders)),
                         name_of);

TEST(AFileStore, NamesWhatItCannotUse) {
  const auto made = file_store("/proc/nowhere/lock", false);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("/proc/nowhere/lock"), std::string::npos);
}

TEST(AServerThatIsNotThere, IsUnavailable) {
  for (const auto& made :
       {redis_store({.url = "redis://127.0.0.1:1", .key = "k"}).value()->read(),
        etcd_store({.url = "http://127.0.0.1:1", .key = "k"}).value()->read(),
        consul_store({.url = "http://127.0.0.1:1", .key = "k"}).value()->read()}) {
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::unavailable) << made.error().message;
  }
}

}  // namespace
}  // namespace flywall::witness
