// HTTP under abuse: the real server on real sockets, with short limits.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "base/clock.hpp"
#include "daemon/control/http_server.hpp"
#include "daemon/control/listener.hpp"
#include "tests/daemon/services_process.hpp"

namespace flywall::control {
namespace {

using services::body_of;
using services::connect_unix;
using services::exchange;
using services::status_of;

boost::asio::awaitable<Answer> echo(Request request, Caller) {
  co_return Answer{.status = 200,
                   .body = request.method + " " + request.target + " " + request.body,
                   .allow = {}};
}

class Http : public testing::Test {
 protected:
  Http()
      : server_(io_.get_executor(), echo,
                {.header = 1024, .body = 1000, .request = 300ms, .idle = 300ms, .connections = 4}),
        listener_(*UnixListener::create(path())) {
    server_.listen(listener_.take(), Transport::unix_socket);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Http() override {
    io_.stop();
    thread_.join();
  }
  std::string path() const { return folder_.path() + "/sock"; }
  std::string ask(const std::string& request) { return exchange(connect_unix(path()), request); }

  services::Folder folder_;
  boost::asio::io_context io_{1};
  HttpServer server_;
  UnixListener listener_;
  std::thread thread_;
};

TEST_F(Http, AnswersAndKeepsTheConnection) {
  const std::string twice = ask(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(twice.find("GET /a "), std::string::npos);
  EXPECT_NE(twice.find("GET /b "), std::string::npos);
}

TEST_F(Http, HeadHasTheLengthButNoBody) {
  const std::string response = ask("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(response), 200U);
  EXPECT_NE(response.find("Content-Length: 9\r\n"), std::string::npos) << response;
  EXPECT_EQ(body_of(response), "");
}

TEST_F(Http, AHugeHeaderIs431) {
  EXPECT_EQ(
      status_of(ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(5000, 'a') + "\r\n\r\n")),
      431U);
}

TEST_F(Http, AHugeBodyIs413BeforeItIsRead) {
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")),
            413U);
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" +
                          std::string(100000, 'a'))),
            413U);
}

TEST_F(Http, AChunkedBodyIsLimitedToo) {
  std::string request = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) request += "64\r\n" + std::string(100, 'a') + "\r\n";
  EXPECT_EQ(status_of(ask(request + "0\r\n\r\n")), 413U);
}

TEST_F(Http, ASlowHeaderAndASlowBodyAre408) {
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\r\nHost")), 408U);
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")), 408U);
}

TEST_F(Http, DrippingDoesNotProlongTheDeadline) {
  const Descriptor client = connect_unix(path());
  const Time begin = now();
  while (now() - begin < services::kPatience) {
    if (::send(client.get(), "G", 1, MSG_NOSIGNAL) < 0) break;
    char byte = 0;
    if (recv(client.get(), &byte, 1, MSG_DONTWAIT) >= 0) break;
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_LT(now() - begin, services::kPatience);
}

TEST_F(Http, GarbageIs400AndSilenceEndsWithoutAWord) {
  EXPECT_EQ(status_of(ask("\x16\x03\x01\x02 this is TLS\r\n\r\n")), 400U);
  EXPECT_EQ(status_of(ask("GET / HTTP/9.9\r\n\r\n")), 400U);
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")), 400U);
  EXPECT_EQ(status_of(ask(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")),
            400U);
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
                          "chunked\r\n\r\n0\r\n\r\n")),
            400U);
  EXPECT_EQ(ask(""), "");
}

TEST_F(Http, ExpectedContinueIsGiven) {
  const std::string response =
      ask("POST /c HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: "
          "close\r\n\r\n{}");
  EXPECT_EQ(status_of(response), 100U);
  EXPECT_NE(response.find("POST /c {}"), std::string::npos) << response;
}

TEST_F(Http, TooManyConnectionsAreTurnedAwayAndRoomComesBack) {
  std::vector<Descriptor> idle;
  for (int i = 0; i < 4; ++i) idle.push_back(connect_unix(path()));
  EXPECT_TRUE(services::wait_until([&] {
    return status_of(ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == 503;
  }));
  idle.clear();
  EXPECT_TRUE(services::wait_until([&] {
    return status_of(ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == 200;
  }));
}

TEST(Listener, APathThatIsTooLongIsToldSo) {
  const auto made = UnixListener::create("/tmp/" + std::string(200, 'x'));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace flywall::control
