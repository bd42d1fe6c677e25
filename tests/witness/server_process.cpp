#include "tests/witness/server_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include "base/clock.hpp"
#include "base/descriptor.hpp"

namespace flywall::witness {

namespace {

constexpr Duration kPatience = 30s;

std::optional<std::string> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path ? path : "") + ":/usr/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = folder + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

bool accepts(int port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void replace_all(std::string& text, const std::string& word, const std::string& by) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at))
    text.replace(at, word.size(), by);
}

}  // namespace

std::optional<ServerProcess> ServerProcess::start(const std::string& program,
                                                  std::vector<std::string> arguments) {
  const auto path = find_program(program);
  if (!path) return std::nullopt;
  ServerProcess server(*path, std::move(arguments));
  server.port_ = free_port();
  server.port2_ = free_port();
  server.port3_ = free_port();
  server.launch();
  return server;
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : path_(std::move(other.path_)),
      arguments_(std::move(other.arguments_)),
      folder_(std::move(other.folder_)),
      port_(other.port_),
      port2_(other.port2_),
      port3_(other.port3_),
      pid_(std::exchange(other.pid_, 0)) {}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) end();
}

void ServerProcess::launch() {
  std::array<char, 32> folder{"/tmp/flywall-server.XXXXXX"};
  folder_ = ::mkdtemp(folder.data());
  std::vector<std::string> words{path_};
  for (std::string word : arguments_) {
    replace_all(word, "PORT3", std::to_string(port3_));
    replace_all(word, "PORT2", std::to_string(port2_));
    replace_all(word, "PORT", std::to_string(port_));
    replace_all(word, "DIR", folder_);
    words.push_back(word);
  }
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) ::dup2(nowhere, fd);
    ::execv(path_.c_str(), pointers.data());
    ::_exit(127);
  }
  for (const Time limit = now() + kPatience; !accepts(port_) && now() < limit;)
    ::poll(nullptr, 0, 10);
}

void ServerProcess::end() {
  ::kill(pid_, SIGCONT);
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ServerProcess::stop_running() { ::kill(pid_, SIGSTOP); }
void ServerProcess::run_again() { ::kill(pid_, SIGCONT); }

void ServerProcess::restart_empty() {
  end();
  launch();
}

}  // namespace flywall::witness
