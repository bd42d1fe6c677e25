// Whether a program may be run by a daemon with rights: nobody but root (or the daemon's own user)
// may be able to change what is executed.
//
// Walks the path component by component, and every symbolic link that it meets: each folder, each
// link, the file itself and the interpreter that its first line names must belong to root or to the
// daemon's user, and neither group nor others may write there (which covers access control lists:
// their mask is the group's bits). The file is a regular one and executable.
//
// What was checked can therefore only be replaced by those who may do everything anyway, so the
// path is executed, not the descriptor: `$0` of a script says where it lies. Through a descriptor
// it would be /dev/fd/5, and scripts that look for files beside themselves would break.
#pragma once

#include <string>

#include "base/error.hpp"

namespace flywall::tasks {

inline constexpr int kMostLinks = 40;  // as the kernel

// Errors: invalid (no absolute path), missing, denied (with the component that is not safe).
Result<void> check_program(const std::string& path);

}  // namespace flywall::tasks
