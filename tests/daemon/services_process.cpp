#include "tests/daemon/services_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.hpp"
#include "daemon/services/services.hpp"

namespace flywall::services {

namespace {

constexpr uid_t kNobody = 65534;

std::string configuration(const Folder& folder, const ServicesOptions& options) {
  const std::string token_file = folder.path() + "/token";
  std::ofstream(token_file) << kToken << "\n";
  std::filesystem::permissions(token_file, std::filesystem::perms::owner_read);
  return R"(replication {
  mode = "primary"
  peer_addr = "127.0.0.1:9002"
  secret_key = "0123456789abcdef0123456789abcdef"
)" + options.extra +
         R"(
  ha {
    enabled = true
    heartbeat_port = )" +
         std::to_string(kHeartbeatPort) + "\n" + options.ha + R"(
    virtual_ip {
      address = "10.9.9.9/32"
      interface = "lo"
    }
  }
}
api {
  listen = "127.0.0.1:)" +
         std::to_string(kApiPort) + "\"\n  token_file = \"" + token_file + "\"\n}\n";
}

Descriptor memory_file(const std::string& content) {
  Descriptor file(memfd_create("configuration", MFD_CLOEXEC));
  EXPECT_EQ(write(file.get(), content.data(), content.size()),
            static_cast<ssize_t>(content.size()));
  return file;
}

// Away from 3, 4, 5, so that dup2 cannot close one that is still needed.
int high(int fd) { return fcntl(fd, F_DUPFD, 20); }

[[noreturn]] void become_services(int socket, int snapshot, int config, int stderr_fd) {
  const int ends[] = {high(socket), high(snapshot), high(config)};
  if (stderr_fd >= 0) dup2(stderr_fd, STDERR_FILENO);
  for (int i = 0; i < 3; ++i) dup2(ends[i], processes::kSocketDescriptor + i);
  closefrom(6);
  _exit(run());
}

sockaddr_storage address_of(const Endpoint& to, socklen_t& size) {
  sockaddr_storage storage{};
  if (to.address.family == Family::ipv6) {
    auto* in = reinterpret_cast<sockaddr_in6*>(&storage);
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(to.port);
    std::memcpy(&in->sin6_addr, to.address.bytes.data(), 16);
    size = sizeof *in;
  } else {
    auto* in = reinterpret_cast<sockaddr_in*>(&storage);
    in->sin_family = AF_INET;
    in->sin_port = htons(to.port);
    std::memcpy(&in->sin_addr, to.address.bytes.data(), 4);
    size = sizeof *in;
  }
  return storage;
}

}  // namespace

bool wait_until(const std::function<bool()>& condition) {
  const Time deadline = now() + kPatience;
  while (!condition()) {
    if (now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

Folder::Folder() {
  std::string name = testing::TempDir() + "flywall-test-XXXXXX";
  path_ = mkdtemp(name.data());
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ServicesProcess::ServicesProcess(const Folder& folder, const ServicesOptions& options,
                                 processes::Snapshot snapshot)
    : socket_path_(folder.path() + "/api.sock"), snapshot_(*processes::SharedSnapshot::create()) {
  snapshot_.publish(snapshot);
  auto ends = processes::make_socket_pair();
  EXPECT_TRUE(ends);
  state_dir_ = options.state_dir.empty() ? folder.path() + "/state" : options.state_dir;
  config_ = memory_file(handed_over(configuration(folder, options)));
  pid_ = fork();
  if (pid_ == 0)
    become_services(ends->second.get(), snapshot_.fd(), config_.get(), options.stderr_fd);
  channel_.emplace(std::move(ends->first));
}

std::string ServicesProcess::handed_over(const std::string& text) const {
  return "/etc/flywall/flywall.hcl\n" + state_dir_ + "\n" + socket_path_ + "\nfw1\n0\nflywall\n" +
         std::to_string(kHeartbeatPort) + "\nnone\n" + text;
}

void ServicesProcess::reconfigure(const std::string& content) {
  const std::string whole = handed_over(content);
  EXPECT_EQ(ftruncate(config_.get(), 0), 0);
  EXPECT_EQ(pwrite(config_.get(), whole.data(), whole.size(), 0),
            static_cast<ssize_t>(whole.size()));
  channel_->send(processes::message::Reconfigured{});
}

void ServicesProcess::reconfigure(const Folder& folder, const ServicesOptions& options) {
  reconfigure(configuration(folder, options));
}

ServicesProcess::~ServicesProcess() {
  if (!status_) {
    if (channel_) farewell();
    exit_status();
  }
}

void ServicesProcess::await_api() {
  EXPECT_TRUE(wait_until([&] { return static_cast<bool>(connect_unix(socket_path_)); }));
}

void ServicesProcess::settle() {
  const Epoch mark{settled_ += 1000};
  EXPECT_TRUE(wait_until([&] { return channel_->send(processes::message::ReserveEpochs{mark}); }));
  using processes::message::EpochsReserved;
  EXPECT_TRUE(next<EpochsReserved>([&](const EpochsReserved& done) { return done.up_to >= mark; }));
}

void ServicesProcess::farewell() {
  channel_->send(processes::message::Farewell{});
  channel_.reset();
}

int ServicesProcess::exit_status() {
  if (status_) return *status_;
  int status = -1;
  const bool ended = wait_until([&] { return waitpid(pid_, &status, WNOHANG) == pid_; });
  if (!ended) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, &status, 0);
    ADD_FAILURE() << "the services process did not end";
  }
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *status_;
}

void ServicesProcess::kill(int signal) { ::kill(pid_, signal); }

Descriptor connect_unix(const std::string& path) {
  Descriptor end(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (connect(end.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) end.reset();
  return end;
}

Descriptor connect_tcp(const Endpoint& to) {
  Descriptor end(::socket(to.address.family == Family::ipv6 ? AF_INET6 : AF_INET,
                          SOCK_STREAM | SOCK_CLOEXEC, 0));
  socklen_t size = 0;
  sockaddr_storage address = address_of(to, size);
  if (connect(end.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) end.reset();
  return end;
}

std::string exchange(const Descriptor& end, const std::string& request) {
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t size =
        send(end.get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) break;
    sent += static_cast<std::size_t>(size);
  }
  std::string response;
  char chunk[4096];
  pollfd waiting{.fd = end.get(), .events = POLLIN, .revents = 0};
  while (poll(&waiting, 1, 20000) == 1) {
    const ssize_t size = recv(end.get(), chunk, sizeof chunk, 0);
    if (size <= 0) break;
    response.append(chunk, static_cast<std::size_t>(size));
  }
  return response;
}

std::string get(const std::string& target, const std::string& headers) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
         "\r\n";
}

std::string post(const std::string& target, const std::string& headers, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

unsigned status_of(const std::string& response) {
  return response.size() < 12 ? 0 : static_cast<unsigned>(std::atoi(response.c_str() + 9));
}

std::string body_of(const std::string& response) {
  const std::size_t at = response.find("\r\n\r\n");
  return at == std::string::npos ? "" : response.substr(at + 4);
}

int as_nobody(const std::function<int()>& task) {
  const pid_t child = fork();
  if (child == 0) {
    if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0) _exit(99);
    _exit(task());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace flywall::services
