#include "daemon/failover/journal.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

using processes::Happening;

struct Pair {
  Pair() {
    auto made = processes::make_socket_pair();
    failover.emplace(std::move(made->first));
    services.emplace(std::move(made->second));
  }
  std::vector<std::uint32_t> received() {
    std::vector<std::uint32_t> counts;
    processes::ToServices message;
    while (services->receive(message) == processes::Received::message)
      counts.push_back(std::get<processes::message::History>(message).entry.count);
    return counts;
  }
  std::optional<processes::FailoverEnd> failover;
  std::optional<processes::ServicesEnd> services;
};

TEST(Journal, keeps_entries_until_somebody_reads_them) {
  LogBox log;
  Journal journal(log);
  for (std::uint32_t i = 0; i < 3; ++i)
    journal.write({.happening = Happening::transition, .count = i}, Time{});
  Pair pair;
  journal.flush(*pair.failover);
  EXPECT_EQ(pair.received(), (std::vector<std::uint32_t>{0, 1, 2}));
  journal.flush(*pair.failover);
  EXPECT_TRUE(pair.received().empty());
  EXPECT_EQ(journal.lost(), 0U);
}

TEST(Journal, loses_the_oldest_and_counts_them_when_nobody_ever_reads) {
  LogBox log;
  Journal journal(log);
  for (std::uint32_t i = 0; i < 600; ++i) {
    journal.write({.count = i}, Time{});
    log.take();
  }
  EXPECT_EQ(journal.lost(), 600U - 512U);
  Pair pair;
  journal.flush(*pair.failover);
  const auto counts = pair.received();
  ASSERT_FALSE(counts.empty());
  EXPECT_EQ(counts.front(), 600U - 512U);
}

TEST(Journal, a_log_that_nobody_writes_delays_nothing) {
  LogBox log;
  Journal journal(log);
  for (std::uint32_t i = 0; i < 300; ++i) journal.write({.count = i}, Time{});
  EXPECT_EQ(journal.lost(), 300U - 256U);
}

}  // namespace
}  // namespace flywall::failover
