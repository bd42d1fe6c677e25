#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace flywall {
namespace {

TEST(Error, SaysWhatWasAttemptedAndItsKindFollowsFromErrno) {
  const Error error = fail_errno("cannot open /x", ENOENT).error();
  EXPECT_EQ(error.message, "cannot open /x: No such file or directory");
  EXPECT_EQ(error.kind, ErrorKind::missing);
  EXPECT_EQ(fail_errno("a", EACCES).error().kind, ErrorKind::denied);
  EXPECT_EQ(fail_errno("a", EADDRINUSE).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(fail_errno("a", ETIMEDOUT).error().kind, ErrorKind::timed_out);
  EXPECT_EQ(fail_errno("a", EINVAL).error().kind, ErrorKind::invalid);
  EXPECT_EQ(fail_errno("a", EFAULT).error().kind, ErrorKind::internal);
}

}  // namespace
}  // namespace flywall
