#include "daemon/cli/client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/clock.hpp"
#include "base/descriptor.hpp"

namespace flywall::cli {

namespace {

std::unexpected<Error> unreachable(const std::string& path, int reason) {
  std::string attempt = "cannot reach flywalld at " + path;
  if (reason == ENOENT || reason == ECONNREFUSED)
    return fail(ErrorKind::unavailable, attempt + ": nobody listens there; is it running?");
  return fail_errno(std::move(attempt), reason);
}

Result<Descriptor> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unreachable(path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor end(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!end || connect(end.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return unreachable(path, errno);
  return end;
}

Result<void> wait_for(int end, short events, Time deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    pollfd waiting{.fd = end, .events = events, .revents = 0};
    const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready > 0) return {};
    if (ready == 0) return fail(ErrorKind::timed_out, "flywalld did not answer in time");
    if (errno != EINTR) return fail_errno("cannot wait for flywalld", errno);
  }
}

Result<void> send_all(int end, std::string_view text, Time deadline) {
  while (!text.empty()) {
    if (auto ready = wait_for(end, POLLOUT, deadline); !ready) return ready;
    const ssize_t sent = send(end, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      return fail_errno("cannot ask flywalld", errno);
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> receive_all(int end, Time deadline) {
  std::string text;
  std::array<char, 16384> chunk{};
  while (text.size() <= kMaxResponse) {
    if (auto ready = wait_for(end, POLLIN, deadline); !ready) return std::unexpected(ready.error());
    const ssize_t size = recv(end, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (size == 0) return text;
    if (size < 0 && errno != EAGAIN && errno != EINTR)
      return fail_errno("flywalld did not answer", errno);
    if (size > 0) text.append(chunk.data(), static_cast<std::size_t>(size));
  }
  return fail(ErrorKind::invalid, "the answer is too long");
}

// "HTTP/1.1 200 OK", headers, an empty line, the body to the end of the connection.
Result<Response> parse(const std::string& text) {
  constexpr std::size_t kStatusAt = 9;
  const std::size_t body = text.find("\r\n\r\n");
  Response response;
  const char* digits = text.data() + kStatusAt;
  if (body == std::string::npos || !text.starts_with("HTTP/1.") ||
      std::from_chars(digits, digits + 3, response.status).ec != std::errc())
    return fail(ErrorKind::invalid, "what listens there does not speak HTTP");
  response.body = text.substr(body + 4);
  return response;
}

}  // namespace

Result<Response> ask(const std::string& socket_path, const Question& question) {
  const Time deadline = later(now(), question.limit);
  const Result<Descriptor> end = connect_to(socket_path);
  if (!end) return std::unexpected(end.error());
  std::string request = question.method + " " + question.target +
                        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!question.body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " +
               std::to_string(question.body.size()) + "\r\n";
  if (auto sent = send_all(end->get(), request + "\r\n" + question.body, deadline); !sent)
    return std::unexpected(sent.error());
  const Result<std::string> text = receive_all(end->get(), deadline);
  return text ? parse(*text) : Result<Response>(std::unexpected(text.error()));
}

}  // namespace flywall::cli
