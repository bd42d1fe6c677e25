// Starts a program in a clean process: own session and group, folder /, no descriptor but 0, 1, 2,
// default signals, umask 022, ordinary priority, and, when a user is given, that user's rights and
// no way back to more.
//
// For a process without threads: it forks and runs code of its own before the program.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace flywall::tasks {

struct Identity {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
};
// Errors: missing.
Result<Identity> find_user(const std::string& name);

// `arguments` end with a null pointer; the first is the program's path. The environment is that of
// this process. The program is killed when this process ends. Errors: what the system refused.
Result<pid_t> start_program(char** arguments, const std::optional<Identity>& identity);

}  // namespace flywall::tasks
