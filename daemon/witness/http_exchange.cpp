#include "daemon/witness/http_exchange.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <cstdio>

namespace flywall::witness {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

// A chain of four steps on a loop of its own, which the limit ends wherever it stands.
class Exchange {
 public:
  Exchange(const HttpQuestion& question, Duration limit)
      : question_(question), resolver_(io_), stream_(io_) {
    stream_.expires_after(limit);
    parser_.body_limit(kMaxHttpAnswer);
    parser_.header_limit(8 * 1024);
    request_.method_string(question.method);
    request_.target(question.target);
    request_.version(11);
    request_.set(http::field::host, question.host);
    request_.set(http::field::connection, "close");
    for (const auto& [name, value] : question.headers) request_.set(name, value);
    request_.body() = question.body;
    request_.prepare_payload();
  }

  Result<HttpAnswer> run(Duration limit) {
    resolver_.async_resolve(question_.host, std::to_string(question_.port),
                            [this](auto error, const auto& found) { connect(error, found); });
    io_.run_for(limit);
    if (!done_) failure_ = beast::error::timeout;
    if (!failure_) return HttpAnswer{parser_.get().result_int(), parser_.get().body()};
    const bool late = failure_ == beast::error::timeout;
    return fail(late ? ErrorKind::timed_out : ErrorKind::unavailable,
                "http://" + question_.host + ":" + std::to_string(question_.port) + ": " +
                    failure_.message());
  }

 private:
  bool ended(const boost::system::error_code& error) {
    failure_ = error;
    done_ = static_cast<bool>(error);
    return done_;
  }
  void connect(const boost::system::error_code& error, const tcp::resolver::results_type& found) {
    if (ended(error)) return;
    stream_.async_connect(found, [this](auto failed, const auto&) { write(failed); });
  }
  void write(const boost::system::error_code& error) {
    if (ended(error)) return;
    http::async_write(stream_, request_, [this](auto failed, std::size_t) { read(failed); });
  }
  void read(const boost::system::error_code& error) {
    if (ended(error)) return;
    http::async_read(stream_, buffer_, parser_, [this](auto failed, std::size_t) {
      ended(failed);
      done_ = true;
    });
  }

  const HttpQuestion& question_;
  asio::io_context io_{1};
  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kMaxHttpAnswer + 16 * 1024};
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  boost::system::error_code failure_;
  bool done_ = false;
};

}  // namespace

Result<HttpAnswer> ask_http(const HttpQuestion& question, Duration limit) {
  return Exchange(question, limit).run(limit);
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~/").contains(c)) {
      result += c;
      continue;
    }
    std::array<char, 4> code{};
    std::snprintf(code.data(), code.size(), "%%%02X", byte);
    result += code.data();
  }
  return result;
}

}  // namespace flywall::witness
