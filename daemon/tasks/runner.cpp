#include "daemon/tasks/runner.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <memory>

#include "base/descriptor.hpp"
#include "daemon/await.hpp"
#include "daemon/tasks/children.hpp"
#include "daemon/tasks/keeper.hpp"

namespace flywall::tasks {

namespace asio = boost::asio;

namespace {

constexpr Duration kDiscardPause = 1ms;   // per 64 KiB: 64 MB/s at most
constexpr Duration kOutputLimit = 500ms;  // after the last process has ended
constexpr int kAboveInherited = 16;       // duplicates do not collide with what the keeper gets

// The output of one program, read by a coroutine of its own.
struct Output {
  Output(const asio::any_io_executor& executor, Descriptor from)
      : pipe(executor, from.release()), closed(executor, asio::steady_timer::time_point::max()) {}
  asio::posix::stream_descriptor pipe;
  asio::steady_timer closed;  // cancelled when the output has ended
  bool ended = false;
  std::string kept;
  std::uint64_t discarded = 0;
};

asio::awaitable<void> read_output(std::shared_ptr<Output> output) {
  std::vector<char> chunk(kKeptOutput);
  asio::steady_timer pause(output->pipe.get_executor());
  while (true) {
    auto [error, size] = co_await output->pipe.async_read_some(asio::buffer(chunk), kAwait);
    if (error) break;
    const std::size_t room = std::min(size, kKeptOutput - output->kept.size());
    output->kept.append(chunk.data(), room);
    output->discarded += size - room;
    if (output->discarded == 0) continue;
    pause.expires_after(kDiscardPause);
    co_await pause.async_wait(kAwait);
  }
  output->ended = true;
  output->closed.cancel();
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> arguments_of(const Order& order) {
  const auto milliseconds = [](Duration time) {
    return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(time).count());
  };
  std::vector<std::string> result{kKeeperName, kTaskArgument, milliseconds(order.limit),
                                  milliseconds(kGrace), order.user};
  result.insert(result.end(), order.command.begin(), order.command.end());
  return result;
}

std::vector<std::string> environment_of(const Order& order) {
  std::vector<std::string> result{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/"};
  for (const auto& [name, value] : order.environment)
    result.push_back("FLYWALL_" + name + "=" + value);
  return result;
}

Descriptor out_of_the_way(int fd) {
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, kAboveInherited));
}

// Returns as soon as the keeper runs its own image; nothing of ours happens in between.
Result<pid_t> spawn_keeper(const Order& order, int output, int tell) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&files, tell, kTellDescriptor);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments = arguments_of(order);
  std::vector<std::string> environment = environment_of(order);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, "/proc/self/exe", &files, &attributes,
                                  pointers_to(arguments).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return fail_errno("cannot start " + order.command.front(), error);
  return pid;
}

Ending ending_of(const Told& told) {
  return {.end = told.end,
          .value = told.value,
          .took = told.took,
          .left_behind = told.left_behind,
          .unkillable = told.unkillable,
          .problem = told.problem.str(),
          .output = {}};
}

Ending broken(std::string problem) { return {.problem = std::move(problem), .output = {}}; }

}  // namespace

struct Runner::Started {
  pid_t keeper = 0;
  Descriptor process;
  Descriptor output;
  Descriptor told;
};

Runner::Runner(asio::any_io_executor executor) : executor_(std::move(executor)) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Result<Runner::Started> Runner::start(const Order& order) {
  int output[2];
  int told[2];
  if (::pipe2(output, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
  Descriptor output_in(output[0]);
  const Descriptor output_out(output[1]);
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, told) != 0)
    return fail_errno("cannot make a socket pair", errno);
  Descriptor told_here(told[0]);
  const Descriptor told_there(told[1]);
  const Descriptor high_output = out_of_the_way(output_out.get());
  const Descriptor high_told = out_of_the_way(told_there.get());
  auto keeper = spawn_keeper(order, high_output.get(), high_told.get());
  if (!keeper) return std::unexpected(keeper.error());
  Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, *keeper, 0)));
  if (!process) {
    const int refused = errno;
    ::kill(*keeper, SIGKILL);
    ::waitpid(*keeper, nullptr, 0);
    end_orphans();
    return fail_errno("cannot watch " + order.command.front(), refused);
  }
  keepers_.insert(*keeper);
  return Started{*keeper, std::move(process), std::move(output_in), std::move(told_here)};
}

asio::awaitable<Ending> Runner::run(Order order) {
  if (order.command.empty()) co_return broken("there is no command");
  Result<Started> started = start(order);
  if (!started) co_return broken(started.error().message);
  co_return co_await see_to_end(std::move(*started));
}

asio::awaitable<Ending> Runner::see_to_end(Started started) {
  const auto output = std::make_shared<Output>(executor_, std::move(started.output));
  asio::co_spawn(executor_, read_output(output), asio::detached);
  const int told_fd = started.told.get();
  asio::posix::stream_descriptor told_end(executor_, started.told.release());
  asio::posix::stream_descriptor process(executor_, started.process.release());
  co_await process.async_wait(asio::posix::descriptor_base::wait_read, kAwait);
  Told told;
  const bool complete =
      ::recv(told_fd, &told, sizeof told, MSG_DONTWAIT) == static_cast<ssize_t>(sizeof told);
  ::waitpid(started.keeper, nullptr, WNOHANG);
  keepers_.erase(started.keeper);
  if (!complete) end_orphans();
  if (!output->ended) {
    output->closed.expires_after(kOutputLimit);
    co_await output->closed.async_wait(kAwait);
  }
  output->pipe.close();
  Ending ending = complete ? ending_of(told) : broken("its keeper was killed");
  ending.output = std::move(output->kept);
  ending.discarded = output->discarded;
  co_return ending;
}

void Runner::end_orphans() { kill_children(keepers_); }

}  // namespace flywall::tasks
