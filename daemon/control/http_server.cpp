#include "daemon/control/http_server.hpp"

#include <sys/socket.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "daemon/await.hpp"
#include "daemon/control/caller.hpp"

namespace flywall::control {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using Socket = asio::generic::stream_protocol::socket;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using Parser = http::request_parser<http::string_body>;
using HttpAnswer = http::response<http::string_body>;
using boost::system::error_code;

constexpr std::size_t kReadChunk = 4096;
// A refused body is read on for a moment, so that the client sees the answer instead of a reset.
constexpr std::size_t kMaxDiscarded = 256 << 10;
constexpr Duration kDiscardTime = 1s;
constexpr Duration kAcceptPause = 100ms;  // after "too many open files"
constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

std::optional<std::string> field(const Parser::value_type& message, http::field name) {
  const auto found = message.find(name);
  if (found == message.end()) return std::nullopt;
  return std::string(found->value());
}

Request to_request(Parser::value_type&& message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  request.host = field(message, http::field::host);
  request.origin = field(message, http::field::origin);
  request.content_type = field(message, http::field::content_type);
  request.authorization = field(message, http::field::authorization);
  if (const auto found = message.find("Sec-Fetch-Site"); found != message.end())
    request.fetch_site = std::string(found->value());
  request.http_1_0 = message.version() == 10;
  request.body = std::move(message.body());
  return request;
}

// Two headers of one name that decide something would be read differently by somebody else.
bool is_ambiguous(const Parser::value_type& message) {
  return message.count(http::field::host) > 1 || message.count(http::field::origin) > 1 ||
         message.count(http::field::authorization) > 1 ||
         message.count(http::field::content_type) > 1;
}

Answer answer_to(const error_code& error, bool expired) {
  if (expired) return error_answer(408, "TIMEOUT", "the request took too long");
  if (error == http::error::body_limit)
    return error_answer(413, "TOO_LARGE", "the body is too large");
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return error_answer(431, "HEADER_TOO_LARGE", "the header is too large");
  return error_answer(400, "BAD_REQUEST", "this is not an HTTP/1.1 request");
}

// One client. Lives as long as its coroutine and its timer's handler.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Transport transport, const HttpLimits& limits)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        transport_(transport),
        limits_(limits),
        buffer_(limits.header + limits.body + kReadChunk) {}

  asio::awaitable<void> run(Handle handle) {
    while (co_await first_byte()) {
      Parser parser;
      const error_code error = co_await read(parser);
      if (error == http::error::end_of_stream) break;
      if (error) {
        co_await refuse(answer_to(error, expired_));
        break;
      }
      const bool keep_alive = parser.get().keep_alive();
      const bool head = parser.get().method() == http::verb::head;
      if (is_ambiguous(parser.get())) {
        co_await refuse(error_answer(400, "BAD_REQUEST", "a header comes twice"));
        break;
      }
      timer_.cancel();
      Caller caller = caller_of(parser.get().method());
      Request request = to_request(parser.release());
      Answer answer = co_await handle(std::move(request), std::move(caller));
      const bool sent = co_await send(std::move(answer), head, keep_alive);
      if (!sent || !keep_alive) break;
    }
    timer_.cancel();
    error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  Caller caller_of(http::verb method) {
    if (method == http::verb::get || method == http::verb::head)
      return {.transport = transport_, .uid = {}};
    return identify(socket_.native_handle(), transport_);
  }

  void limit(Duration duration) {
    timer_.expires_after(duration);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (error || self->timer_.expiry() > asio::steady_timer::clock_type::now()) return;
      self->expired_ = true;
      error_code ignored;
      self->socket_.cancel(ignored);
    });
  }

  asio::awaitable<bool> first_byte() {
    if (buffer_.size() > 0) co_return true;
    limit(limits_.idle);
    auto room = buffer_.prepare(kReadChunk);
    auto [error, size] = co_await socket_.async_read_some(room, kAwait);
    if (error) co_return false;
    buffer_.commit(size);
    co_return true;
  }

  asio::awaitable<error_code> read(Parser& parser) {
    limit(limits_.request);
    parser.header_limit(static_cast<std::uint32_t>(limits_.header));
    parser.body_limit(limits_.body);
    auto [error, size] = co_await http::async_read_header(socket_, buffer_, parser, kAwait);
    if (error) co_return error;
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
      auto [write_error, written] = co_await http::async_write(socket_, go_on, kAwait);
      if (write_error) co_return write_error;
    }
    auto [body_error, body_size] = co_await http::async_read(socket_, buffer_, parser, kAwait);
    co_return body_error;
  }

  asio::awaitable<bool> send(Answer answer, bool head, bool keep_alive) {
    HttpAnswer message(static_cast<http::status>(answer.status), 11);
    message.set(http::field::server, "flywall");
    message.set(http::field::content_type, "application/json");
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    if (!answer.allow.empty()) message.set(http::field::allow, answer.allow);
    message.keep_alive(keep_alive);
    answer.body += '\n';
    message.content_length(answer.body.size());
    if (!head) message.body() = std::move(answer.body);
    limit(limits_.request);
    auto [error, size] = co_await http::async_write(socket_, message, kAwait);
    co_return !error;
  }

  asio::awaitable<void> refuse(Answer answer) {
    const bool sent = co_await send(std::move(answer), false, false);
    if (!sent) co_return;
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    expired_ = false;
    limit(kDiscardTime);
    buffer_.clear();
    auto room = buffer_.prepare(kReadChunk);
    for (std::size_t total = 0; total < kMaxDiscarded && !expired_;) {
      auto [error, size] = co_await socket_.async_read_some(room, kAwait);
      if (error) co_return;
      total += size;
    }
  }

  Socket socket_;
  asio::steady_timer timer_;
  Transport transport_;
  const HttpLimits& limits_;
  beast::flat_buffer buffer_;
  bool expired_ = false;
};

void turn_away(Socket& socket) {
  ::send(socket.native_handle(), kBusy.data(), kBusy.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

struct HttpServer::Shared {
  Handle handle;
  HttpLimits limits;
  std::vector<std::shared_ptr<Acceptor>> acceptors;

  static asio::awaitable<void> converse(std::shared_ptr<Shared> self,
                                        std::shared_ptr<Connection> connection,
                                        std::shared_ptr<std::size_t> open) {
    ++*open;
    try {
      co_await connection->run(self->handle);
    } catch (const std::exception&) {
      // No memory for this client: the connection ends, the server goes on.
    }
    --*open;
  }

  static asio::awaitable<void> accept(std::shared_ptr<Shared> self,
                                      std::shared_ptr<Acceptor> acceptor, Transport transport) {
    const auto open = std::make_shared<std::size_t>(0);
    asio::steady_timer pause(acceptor->get_executor());
    while (acceptor->is_open()) {
      Socket socket(acceptor->get_executor());
      auto [error] = co_await acceptor->async_accept(socket, kAwait);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAwait);
        continue;
      }
      if (*open >= self->limits.connections) {
        turn_away(socket);
        continue;
      }
      auto connection = std::make_shared<Connection>(std::move(socket), transport, self->limits);
      asio::co_spawn(acceptor->get_executor(), converse(self, std::move(connection), open),
                     asio::detached);
    }
  }
};

HttpServer::HttpServer(asio::any_io_executor executor, Handle handle, HttpLimits limits)
    : executor_(std::move(executor)),
      shared_(std::make_shared<Shared>(Shared{std::move(handle), limits, {}})) {}

HttpServer::~HttpServer() {
  for (const auto& acceptor : shared_->acceptors) {
    error_code ignored;
    acceptor->close(ignored);
  }
}

void HttpServer::listen(Descriptor socket, Transport transport) {
  int family = AF_UNIX;
  socklen_t size = sizeof family;
  getsockopt(socket.get(), SOL_SOCKET, SO_DOMAIN, &family, &size);
  auto acceptor = std::make_shared<Acceptor>(executor_, asio::generic::stream_protocol(family, 0),
                                             socket.release());
  shared_->acceptors.push_back(acceptor);
  asio::co_spawn(executor_, Shared::accept(shared_, acceptor, transport), asio::detached);
}

}  // namespace flywall::control
