#include "daemon/failover/services_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>

#include "daemon/processes/channel.hpp"

extern char** environ;

namespace flywall::failover {

namespace {

constexpr int kAboveInherited =
    16;  // duplicates made for the child do not collide with what it shall get

Descriptor out_of_the_way(int fd) {
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, kAboveInherited));
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

// Of this process; where the child gets them is in daemon/processes/messages.hpp.
struct Descriptors {
  int socket;
  int snapshot;
  int config;
  int fence;  // -1: none
};

Result<pid_t> spawn(const Descriptors& ours) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&files, ours.socket, processes::kSocketDescriptor);
  posix_spawn_file_actions_adddup2(&files, ours.snapshot, processes::kSnapshotDescriptor);
  posix_spawn_file_actions_adddup2(&files, ours.config, processes::kConfigDescriptor);
  if (ours.fence >= 0)
    posix_spawn_file_actions_adddup2(&files, ours.fence, processes::kFenceDescriptor);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string name = "flywalld-services";
  std::string argument = processes::kServicesArgument;
  std::array<char*, 3> arguments{name.data(), argument.data(), nullptr};
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, "/proc/self/exe", &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return fail_errno("cannot start the services process", error);
  return pid;
}

constexpr const char* kKeeping = "cannot keep the configuration for the services process";

}  // namespace

Result<ServicesChild> ServicesChild::create(const Inheritance& inheritance, int snapshot) {
  Descriptor memory(::memfd_create("flywall-configuration", MFD_CLOEXEC));
  if (!memory) return fail_errno(kKeeping, errno);
  ServicesChild child(std::move(memory), snapshot);
  if (auto kept = child.keep(inheritance, 0); !kept) return std::unexpected(kept.error());
  return child;
}

Result<void> ServicesChild::hand_over(const Inheritance& inheritance) {
  auto kept = keep(inheritance, configuration_ + 1);
  if (kept) ++configuration_;
  return kept;
}

// In place: the child holds this very file. Room is made first, so that a full memory changes
// nothing.
Result<void> ServicesChild::keep(const Inheritance& inheritance, std::uint32_t number) {
  std::string text;
  for (const std::string& line :
       {inheritance.config_path, inheritance.state_dir, inheritance.api_socket, inheritance.node_id,
        std::to_string(number), inheritance.cluster_id, std::to_string(inheritance.heartbeat_port),
        inheritance.quorum})
    text += line + "\n";
  text += inheritance.config_text;
  const auto size = static_cast<off_t>(text.size());
  if (const int error = ::posix_fallocate(config_.get(), 0, size); error != 0)
    return fail_errno(kKeeping, error);
  if (::pwrite(config_.get(), text.data(), text.size(), 0) != size ||
      ::ftruncate(config_.get(), size) != 0)
    return fail_errno(kKeeping, errno);
  return {};
}

Result<Descriptor> ServicesChild::start() {
  auto pair = processes::make_socket_pair();
  if (!pair) return std::unexpected(pair.error());
  const Descriptor theirs = out_of_the_way(pair->second.get());
  const Descriptor snapshot = out_of_the_way(snapshot_);
  const Descriptor config = out_of_the_way(config_.get());
  const Descriptor fence = fence_ < 0 ? Descriptor() : out_of_the_way(fence_);
  auto pid = spawn({theirs.get(), snapshot.get(), config.get(), fence.get()});
  if (!pid) return std::unexpected(pid.error());
  pid_ = *pid;
  return std::move(pair->first);
}

bool ServicesChild::ended() {
  int status = 0;
  if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  last_end_ = describe_end(status);
  pid_ = 0;
  return true;
}

void ServicesChild::await_end(Duration limit) {
  if (pid_ <= 0) return;
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd waiting{process.get(), POLLIN, 0};
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(limit);
  if (::poll(&waiting, 1, static_cast<int>(wait.count())) != 1) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  last_end_ = describe_end(status);
  pid_ = 0;
}

}  // namespace flywall::failover
