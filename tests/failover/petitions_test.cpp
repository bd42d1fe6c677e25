#include "daemon/failover/petitions.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

Petition asked(std::uint64_t request) { return {.request = request}; }

TEST(Petitions, an_answer_finds_who_asked_and_once_only) {
  Petitions petitions;
  const auto first = petitions.open(asked(7));
  const auto second = petitions.open(asked(7));
  EXPECT_NE(first, second);
  const auto answered = petitions.close(second);
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->request, 7u);
  EXPECT_FALSE(petitions.close(second));
  EXPECT_TRUE(petitions.close(first));
  EXPECT_FALSE(petitions.close(0));
}

TEST(Petitions, an_answer_never_reaches_the_successor_of_a_services_process_that_died) {
  Petitions petitions;
  const auto number = petitions.open(asked(1));
  petitions.lose_askers();
  const auto answered = petitions.close(number);
  ASSERT_TRUE(answered) << "history still wants it";
  EXPECT_EQ(answered->request, 0u);
}

TEST(Petitions, the_oldest_is_forgotten_when_the_room_is_full) {
  Petitions petitions;
  const auto oldest = petitions.open(asked(1));
  std::uint64_t latest = 0;
  for (std::size_t i = 0; i < Petitions::kUnderWay; ++i) latest = petitions.open(asked(2));
  EXPECT_FALSE(petitions.close(oldest));
  EXPECT_TRUE(petitions.close(latest));
}

}  // namespace
}  // namespace flywall::failover
