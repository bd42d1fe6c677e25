#include "daemon/failover/outbox.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

namespace message = processes::message;

message::RoleChanged role(std::uint64_t epoch) { return {.epoch = Epoch{epoch}}; }

struct Pair {
  Pair() {
    auto ends = processes::make_socket_pair();
    failover.emplace(std::move(ends->first));
    services.emplace(std::move(ends->second));
  }
  std::vector<std::uint64_t> epochs() {
    std::vector<std::uint64_t> result;
    processes::ToServices received;
    while (services->receive(received) == processes::Received::message)
      if (const auto* changed = std::get_if<message::RoleChanged>(&received))
        result.push_back(changed->epoch.value);
    return result;
  }
  std::optional<processes::FailoverEnd> failover;
  std::optional<processes::ServicesEnd> services;
};

TEST(Outbox, sends_in_order_and_only_once) {
  Pair pair;
  Outbox box;
  for (std::uint64_t i = 1; i <= 3; ++i) box.post(role(i));
  box.flush(*pair.failover);
  box.flush(*pair.failover);
  EXPECT_EQ(pair.epochs(), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(box.size(), 0u);
}

TEST(Outbox, what_a_full_socket_refuses_comes_with_a_later_turn) {
  Pair pair;
  while (pair.failover->send(message::Farewell{})) {
  }
  Outbox box;
  box.post(role(1));
  box.flush(*pair.failover);
  EXPECT_EQ(box.size(), 1u);
  EXPECT_TRUE(pair.epochs().empty()) << "and the socket has room again";
  box.post(role(2));
  box.flush(*pair.failover);
  EXPECT_EQ(pair.epochs(), (std::vector<std::uint64_t>{1, 2}));
}

TEST(Outbox, loses_the_oldest_when_full_and_says_so) {
  Pair pair;
  Outbox box;
  for (std::uint64_t i = 1; i <= Outbox::kWaiting + 2; ++i) box.post(role(i));
  EXPECT_EQ(box.lost(), 2u);
  box.flush(*pair.failover);
  const auto epochs = pair.epochs();
  ASSERT_EQ(epochs.size(), Outbox::kWaiting);
  EXPECT_EQ(epochs.front(), 3u);
}

TEST(Outbox, a_new_services_process_hears_of_roles_and_not_of_answers_to_the_former_one) {
  Outbox box;
  box.post(message::CommandAnswer{.request = 1});
  box.post(role(1));
  box.post(message::Prepare{});
  box.post(role(2));
  box.forget_conversation();
  EXPECT_EQ(box.size(), 2u);
  Pair pair;
  box.flush(*pair.failover);
  EXPECT_EQ(pair.epochs(), (std::vector<std::uint64_t>{1, 2}));
}

}  // namespace
}  // namespace flywall::failover
