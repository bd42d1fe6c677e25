#include "daemon/failover/service_notice.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>

namespace flywall::failover {

namespace {

// So often within the manager's patience: one late turn is not yet a death.
constexpr int kChecks = 4;

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value ? value : "";
  ::unsetenv(name);
  return text;
}

std::int64_t whole(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Descriptor connected_to(const std::string& path) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof to.sun_path) return {};
  std::copy(path.begin(), path.end(), to.sun_path);
  if (path.front() == '@') to.sun_path[0] = '\0';
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), size) != 0) return {};
  return socket;
}

}  // namespace

ServiceNotice ServiceNotice::of_process() {
  const std::string path = taken_from_environment("NOTIFY_SOCKET");
  const std::int64_t microseconds = whole(taken_from_environment("WATCHDOG_USEC"));
  const std::string watched = taken_from_environment("WATCHDOG_PID");
  const bool meant = watched.empty() || whole(watched) == ::getpid();
  return {path, std::chrono::microseconds(meant ? std::max<std::int64_t>(microseconds, 0) : 0)};
}

ServiceNotice::ServiceNotice(const std::string& path, Duration watchdog)
    : socket_(connected_to(path)), pause_(socket_ ? watchdog / kChecks : Duration{}) {
  if (pause_ > 0ns) next_ = Time{};
}

void ServiceNotice::watch(std::uint64_t turns, Time now) {
  if (now < next_) return;
  next_ = later(now, pause_);
  if (turns == turns_) return;
  turns_ = turns;
  say("WATCHDOG=1");
}

void ServiceNotice::say(std::string_view words) const {
  if (socket_) [[maybe_unused]]
    const ssize_t sent = ::send(socket_.get(), words.data(), words.size(), MSG_NOSIGNAL);
}

}  // namespace flywall::failover
