// History and reserved epochs on a real file system.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "daemon/log/log.hpp"
#include "daemon/services/handed_configuration.hpp"
#include "daemon/services/rate_limit.hpp"
#include "daemon/services/records.hpp"
#include "daemon/services/resolver.hpp"
#include "tests/daemon/services_process.hpp"

namespace flywall::services {
namespace {

constexpr Time kNow = time_from_nanoseconds(1'000'000'000);

processes::HistoryEntry entry(std::uint64_t epoch) {
  return {.wall_ms = static_cast<std::int64_t>(epoch), .epoch = Epoch{epoch}};
}

// Epochs 1, 2, … one by one.
void note_all(Records& records, std::uint64_t count) {
  for (std::uint64_t i = 1; i <= count; ++i) {
    const processes::HistoryEntry one = entry(i);
    records.note({&one, 1}, kNow);
  }
}

TEST(Store, GivesBackWhatItWasGiven) {
  const Folder folder;
  auto store = Store::open(folder.path() + "/state");
  ASSERT_TRUE(store) << store.error().message;
  processes::HistoryEntry all = entry(7);
  all.happening = processes::Happening::split_brain;
  all.from = heartbeat::State::backup;
  all.to = heartbeat::State::primary;
  all.reason = heartbeat::Reason::split_won;
  all.claimant = NodeId("fw1");
  all.peer = NodeId("fw2");
  all.count = 3;
  all.duration = 1234us;
  all.detail = InlineText<120>::cut("it's \"quoted\"; DROP TABLE history");
  ASSERT_TRUE(store->append({&all, 1}));
  const auto entries = store->latest(10);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1U);
  const processes::HistoryEntry& got = entries->front().entry;
  EXPECT_EQ(got.wall_ms, all.wall_ms);
  EXPECT_EQ(got.happening, all.happening);
  EXPECT_EQ(got.from, all.from);
  EXPECT_EQ(got.to, all.to);
  EXPECT_EQ(got.reason, all.reason);
  EXPECT_EQ(got.epoch, all.epoch);
  EXPECT_EQ(got.claimant, all.claimant);
  EXPECT_EQ(got.peer, all.peer);
  EXPECT_EQ(got.count, all.count);
  EXPECT_EQ(got.duration, all.duration);
  EXPECT_EQ(got.detail, all.detail);
}

TEST(Store, IsForItsOwnerOnly) {
  const Folder folder;
  ASSERT_TRUE(Store::open(folder.path() + "/state"));
  struct stat status{};
  ASSERT_EQ(stat((folder.path() + "/state").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(stat((folder.path() + "/state/flywall.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Store, LargeEpochsSurvive) {
  const Folder folder;
  const Reservation huge{.life = {~0ULL}, .floor = {~0ULL - 2}, .up_to = {~0ULL - 1}};
  {
    auto store = Store::open(folder.path());
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->reserve(huge));
  }
  auto store = Store::open(folder.path());
  const auto got = store->reservation();
  EXPECT_EQ(got->life, huge.life);
  EXPECT_EQ(got->floor, huge.floor);
  EXPECT_EQ(got->up_to, huge.up_to);
}

TEST(Records, FlippedBitsInTheDatabaseAreFoundAndTheEpochsSavedWherePossible) {
  const Folder folder;
  {
    Records records(folder.path());
    note_all(records, 300);
    ASSERT_TRUE(records.reserve(InstanceId{1}, Epoch{500}, kNow));
  }
  const std::string file = folder.path() + "/flywall.db";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  Records records(folder.path());
  const auto reserved = records.reserve(InstanceId{2}, Epoch{}, kNow);
  ASSERT_TRUE(reserved) << reserved.error().message;
  EXPECT_NE(records.take_notice(), "");
  EXPECT_EQ(records.take_notice(), "");
  EXPECT_GE(reserved->up_to, Epoch{64});
}

TEST(Records, HistoryIsBounded) {
  const Folder folder;
  auto store = Store::open(folder.path());
  ASSERT_TRUE(store);
  const std::vector<processes::HistoryEntry> many(3000, entry(1));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(store->append(many));
  const auto kept = store->latest(100'000);
  EXPECT_EQ(kept->size(), static_cast<std::size_t>(kHistoryRows));
  EXPECT_EQ(kept->front().id, 12'000);
}

TEST(Records, WithoutADiskHistoryWaitsInMemoryBounded) {
  const Folder folder;
  const std::string file = folder.path() + "/not-a-directory";
  std::ofstream(file) << "x";
  Records records(file + "/state");
  note_all(records, 2 * kUnwritten);
  EXPECT_NE(records.trouble(), "");
  const auto latest = records.latest(kUnwritten * 3, kNow);
  ASSERT_EQ(latest.size(), kUnwritten);
  EXPECT_EQ(latest.front().entry.epoch, Epoch{2 * kUnwritten});
  EXPECT_FALSE(records.reserve(InstanceId{1}, Epoch{5}, kNow));

  std::filesystem::remove(file);
  records.retry(later(kNow, kReopenPause));
  EXPECT_EQ(records.trouble(), "");
  EXPECT_EQ(records.latest(3, kNow).front().id, static_cast<std::int64_t>(kUnwritten));
}

TEST(Records, E3ALifeThatIsNotKnownYetGetsNoLowerFloorLater) {
  const Folder folder;
  Records records(folder.path());
  EXPECT_EQ(records.reserve(InstanceId{}, Epoch{}, kNow)->floor, Epoch{0});
  EXPECT_EQ(records.reserve(InstanceId{4}, Epoch{100}, kNow)->floor, Epoch{0});
  Records restarted(folder.path());
  EXPECT_EQ(restarted.reserve(InstanceId{4}, Epoch{}, kNow)->floor, Epoch{0});
  Records next(folder.path());
  EXPECT_EQ(next.reserve(InstanceId{5}, Epoch{}, kNow)->floor, Epoch{100});
}

TEST(Log, ALineCannotBeForged) {
  const log::Line line{.level = config::LogLevel::warning,
                       .process = "services",
                       .event = "request_refused",
                       .fields = {{"by", "uid 5"}, {"path", "a\nlevel=error\"\\\x1b"}, {"n", "5"}},
                       .wall_ms = 1772366400250};
  EXPECT_EQ(log::format_line(line, config::LogFormat::text),
            "time=2026-03-01T12:00:00.250Z level=warning process=services ha "
            "event=request_refused by=\"uid 5\" "
            "path=\"a\\u000alevel=error\\\"\\\\\\u001b\" n=5");
  EXPECT_EQ(log::format_line(line, config::LogFormat::json),
            "{\"time\":\"2026-03-01T12:00:00.250Z\",\"level\":\"warning\",\"process\":\"services\","
            "\"module\":\"ha\","
            "\"event\":\"request_refused\",\"by\":\"uid "
            "5\",\"path\":\"a\\u000alevel=error\\\"\\\\\\u001b\","
            "\"n\":\"5\"}");
}

TEST(Log, StrangersCannotFillIt) {
  RateLimit limit(2, 60s);
  EXPECT_TRUE(limit.allows(kNow));
  EXPECT_TRUE(limit.allows(kNow));
  EXPECT_FALSE(limit.allows(later(kNow, 59s)));
  EXPECT_TRUE(limit.allows(later(kNow, 60s)));
}

TEST(Resolver, EachAddressComesOnceAndNoMoreThanThereArePaths) {
  std::vector<IpAddress> many;
  for (int i = 0; i < 20; ++i) many.push_back(*IpAddress::parse("10.0.0." + std::to_string(i)));
  const IpAddress first = many[3];
  const auto merged = merge({{first}, many});
  EXPECT_EQ(merged.size(), kMaxPaths);
  EXPECT_EQ(merged[0], first);
  EXPECT_EQ(std::count(merged.begin(), merged.end(), first), 1);
}

TEST(HandedConfiguration, OverridesWinAndBrokenOnesAreRefused) {
  const std::string text = "replication {\n  mode = \"standalone\"\n}\n";
  const std::string head = "/etc/f.hcl\n/var/s\n/run/x.sock\nnode-7\n";
  const auto handed = parse_handed_configuration(head + "3\nedge\n9012\nmajority\n" + text);
  ASSERT_TRUE(handed) << handed.error().message;
  EXPECT_EQ(handed->config.replication.state_dir, "/var/s");
  EXPECT_EQ(handed->config.api.socket, "/run/x.sock");
  EXPECT_EQ(handed->config.replication.node_id, NodeId("node-7"));
  EXPECT_EQ(handed->config.replication.cluster_id, "edge");
  EXPECT_EQ(handed->config.replication.ha.heartbeat_port, 9012);
  EXPECT_EQ(handed->config.replication.ha.quorum, config::Quorum::majority);
  EXPECT_EQ(handed->number, 3u);
  for (const std::string& broken :
       {std::string(), head, "a\n\n\n\n0\nc\n9002\nnone\n" + text,
        head + "x\nedge\n9002\nnone\n" + text, head + "3\n\n9002\nnone\n" + text,
        head + "3\nedge\n90021\nnone\n" + text, head + "3\nedge\n9002\nall\n" + text,
        head + "3\nedge\n9002\nnone\nreplication {"})
    EXPECT_FALSE(parse_handed_configuration(broken)) << broken;
}

}  // namespace
}  // namespace flywall::services
