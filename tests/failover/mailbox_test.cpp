#include "daemon/failover/mailbox.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace flywall::failover {
namespace {

bool readable(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

TEST(Mailbox, gives_out_in_order_what_was_put_in) {
  Mailbox<int, 4> box;
  ASSERT_TRUE(box.valid());
  EXPECT_TRUE(box.empty());
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(box.put(i));
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(box.take(), i);
  EXPECT_EQ(box.take(), std::nullopt);
}

TEST(Mailbox, refuses_instead_of_blocking_when_full) {
  Mailbox<int, 2> box;
  EXPECT_TRUE(box.put(1));
  EXPECT_TRUE(box.put(2));
  EXPECT_FALSE(box.put(3));
  EXPECT_EQ(box.take(), 1);
  EXPECT_TRUE(box.put(4));
  EXPECT_EQ(box.take(), 2);
  EXPECT_EQ(box.take(), 4);
}

TEST(Mailbox, is_readable_while_something_was_put_in_since_the_last_acknowledgement) {
  Mailbox<int, 4> box;
  EXPECT_FALSE(readable(box.fd()));
  box.put(1);
  EXPECT_TRUE(readable(box.fd()));
  box.acknowledge();
  EXPECT_FALSE(readable(box.fd()));
  EXPECT_EQ(box.take(), 1);
}

TEST(Mailbox, loses_and_reorders_nothing_between_two_threads) {
  constexpr int kCount = 100'000;
  Mailbox<int, 64> box;
  std::thread writer([&box] {
    for (int i = 0; i < kCount; ++i)
      while (!box.put(i)) std::this_thread::yield();
  });
  int expected = 0;
  while (expected < kCount) {
    pollfd waiting{box.fd(), POLLIN, 0};
    ::poll(&waiting, 1, -1);
    box.acknowledge();
    while (const auto value = box.take()) ASSERT_EQ(*value, expected++);
  }
  writer.join();
}

}  // namespace
}  // namespace flywall::failover
