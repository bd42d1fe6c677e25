#include <gtest/gtest.h>

#include <type_traits>

#include "base/ids.hpp"
#include "base/inline_vector.hpp"

namespace flywall {
namespace {

TEST(InlineText, HoldsUpToItsCapacityAndComparesByBytes) {
  using Text = InlineText<3>;
  EXPECT_TRUE(Text::fits("abc"));
  EXPECT_FALSE(Text::fits("abcd"));
  EXPECT_EQ(Text::cut("abcd").view(), "abc");
  EXPECT_TRUE(Text().empty());
  EXPECT_LT(Text::cut("ab"), Text::cut("abc"));
  EXPECT_LT(Text::cut("ab"), Text::cut("b"));
  EXPECT_EQ(Text::cut("ab"), Text::cut("ab"));
  static_assert(std::is_trivially_copyable_v<Text>);
}

TEST(InlineVector, RefusesOneMoreThanItHolds) {
  InlineVector<int, 2> numbers;
  EXPECT_TRUE(numbers.try_push_back(1));
  EXPECT_TRUE(numbers.try_push_back(2));
  EXPECT_FALSE(numbers.try_push_back(3));
  EXPECT_TRUE(numbers.full());
  EXPECT_EQ(numbers.back(), 2);
  EXPECT_DEATH(numbers.push_back(3), "invariant broken");
  EXPECT_DEATH(numbers[2], "invariant broken");
}

TEST(InlineVector, EqualityIgnoresWhatWasRemoved) {
  InlineVector<int, 3> a;
  InlineVector<int, 3> b;
  a.push_back(1);
  a.push_back(7);
  a.pop_back();
  b.push_back(1);
  EXPECT_EQ(a, b);
  b.push_back(1);
  EXPECT_FALSE(a == b);
  b.clear();
  EXPECT_DEATH(b.pop_back(), "invariant broken");
}

TEST(Ids, NodesAreOrderedByTheBytesOfTheirNames) {
  EXPECT_LT(NodeId("fw1"), NodeId("fw2"));
  EXPECT_LT(NodeId("fw1"), NodeId("fw10"));
  EXPECT_LT(NodeId("fw10"), NodeId("fw2"));
  EXPECT_EQ(NodeId(std::string(80, 'n')).view().size(), NodeId::kMaxLength);
}

}  // namespace
}  // namespace flywall
