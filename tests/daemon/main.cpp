// Tests that start tasks are their own keeper, as the daemon is: `/proc/self/exe --task …`.
#include <gtest/gtest.h>

#include "daemon/tasks/keeper.hpp"

int main(int argc, char** argv) {
  if (flywall::tasks::is_keeper(argc, argv)) return flywall::tasks::keep(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
