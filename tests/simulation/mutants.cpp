#include "tests/simulation/mutants.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

extern char** environ;

namespace flywall::simulation {

namespace {

constexpr std::size_t kAtOnce = 2;

pid_t launch(const std::filesystem::path& program, const std::string& schedules) {
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
  std::string name = program.string();
  std::string option = "--schedules";
  std::string count = schedules;
  std::array<char*, 4> words{name.data(), option.data(), count.data(), nullptr};
  pid_t child = -1;
  if (posix_spawn(&child, name.c_str(), &quiet, nullptr, words.data(), environ) != 0) child = -1;
  posix_spawn_file_actions_destroy(&quiet);
  return child;
}

// An objection of a checker, or a broken invariant of the core itself.
bool was_caught(int status) {
  return (WIFEXITED(status) && WEXITSTATUS(status) == 1) ||
         (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

}  // namespace

int hunt_mutants(const std::string& directory, std::uint64_t schedules) {
  std::vector<std::filesystem::path> programs;
  std::ifstream list(directory + "/list");
  for (std::string name; std::getline(list, name);) programs.emplace_back(directory + "/" + name);
  if (programs.empty()) {
    std::fprintf(stderr, "no mutants in %s: build the target `mutants` first\n", directory.c_str());
    return 2;
  }
  std::map<pid_t, std::string> running;
  std::size_t caught = 0;
  for (std::size_t next = 0; next < programs.size() || !running.empty();) {
    if (next < programs.size() && running.size() < kAtOnce) {
      running[launch(programs[next], std::to_string(schedules))] =
          programs[next].filename().string();
      ++next;
      continue;
    }
    int status = 0;
    const pid_t child = wait(&status);
    if (child <= 0) break;
    const bool good = was_caught(status);
    std::printf("%-8s %s\n", good ? "caught" : "SURVIVED", running[child].c_str());
    caught += good ? 1U : 0U;
    running.erase(child);
  }
  std::printf("%zu of %zu planted mutants caught\n", caught, programs.size());
  return caught == programs.size() ? 0 : 1;
}

}  // namespace flywall::simulation
