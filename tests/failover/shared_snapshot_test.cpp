#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "daemon/processes/snapshot.hpp"

namespace flywall::processes {
namespace {

SharedSnapshot reader_of(const SharedSnapshot& writer) {
  return std::move(*SharedSnapshot::open(Descriptor(::fcntl(writer.fd(), F_DUPFD_CLOEXEC, 3))));
}

TEST(SharedSnapshot, is_empty_before_the_first_publication) {
  auto writer = SharedSnapshot::create();
  ASSERT_TRUE(writer);
  EXPECT_EQ(reader_of(*writer).read().updated, Time{});
}

TEST(SharedSnapshot, a_reader_sees_what_was_published) {
  auto writer = SharedSnapshot::create();
  ASSERT_TRUE(writer);
  const auto reader = reader_of(*writer);
  Snapshot snapshot;
  snapshot.node = NodeId("alpha");
  snapshot.held[1] = 5;
  writer->publish(snapshot);
  const Snapshot seen = reader.read();
  EXPECT_EQ(seen.node.view(), "alpha");
  EXPECT_TRUE(seen.is_held(64) && seen.is_held(66));
  EXPECT_FALSE(seen.is_held(65));
}

TEST(SharedSnapshot, no_reader_sees_half_a_publication) {
  auto writer = SharedSnapshot::create();
  ASSERT_TRUE(writer);
  const auto reader = reader_of(*writer);
  std::atomic<bool> done{false};
  std::jthread writing([&] {
    Snapshot snapshot;
    for (std::uint64_t i = 1; i <= 20'000; ++i) {
      snapshot.heartbeats_sent = i;
      snapshot.held.back() = i;
      snapshot.split_brains = i;
      writer->publish(snapshot);
    }
    done = true;
  });
  while (!done) {
    const Snapshot seen = reader.read();
    ASSERT_EQ(seen.heartbeats_sent, seen.held.back());
    ASSERT_EQ(seen.heartbeats_sent, seen.split_brains);
  }
}

}  // namespace
}  // namespace flywall::processes
