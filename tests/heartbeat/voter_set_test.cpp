#include "heartbeat/voter_set.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace flywall::heartbeat {
namespace {

VoterSet set(std::initializer_list<std::uint64_t> known, std::uint8_t strangers = 0) {
  VoterSet result;
  for (const std::uint64_t voter : known) result.known.push_back(NodeTag{voter});
  result.size = static_cast<std::uint8_t>(known.size() + strangers);
  return result;
}

TEST(L5_TwoVoterSets, DifferByTheVotersThatOnlyOneOfThemHas) {
  EXPECT_EQ(difference(set({1, 2, 3}), set({3, 1, 2})), 0u);
  EXPECT_EQ(difference(set({1, 2, 3}), set({1, 2, 3, 4})), 1u);
  EXPECT_EQ(difference(set({1, 2, 3, 4}), set({1, 2, 3})), 1u);
  EXPECT_EQ(difference(set({1, 2, 3}), set({1, 2, 4})), 2u) << "one for another are two changes";
  EXPECT_EQ(difference(set({1, 2, 3}), set({1, 2, 3, 4, 5})), 2u);
}

TEST(L5_TwoVoterSets, WithStrangersDifferByWhatIsCertain) {
  EXPECT_EQ(difference(set({1}, 2), set({1, 2, 3})), 0u);
  EXPECT_EQ(difference(set({1, 2}, 1), set({1, 3}, 1)), 0u) << "each may be the other's stranger";
  EXPECT_EQ(difference(set({1}, 1), set({2, 3})), 2u) << "the stranger is one of them";
  EXPECT_EQ(difference(set({1}, 1), set({1}, 3)), 2u);
}

}  // namespace
}  // namespace flywall::heartbeat
