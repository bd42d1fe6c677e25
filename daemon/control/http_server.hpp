// HTTP/1.1 on sockets that already listen: limits, deadlines, and nothing about what is asked.
//
// Every connection is one coroutine on the executor's thread. What a stranger can grow is bounded:
// connections per listener, header, body, time for a request, time for an answer to be read, idle
// time. Over a limit the client hears which one (408, 413, 431, 503) and the connection ends.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "base/descriptor.hpp"
#include "base/time.hpp"
#include "daemon/control/request.hpp"

namespace flywall::control {

struct HttpLimits {
  std::size_t header = 8192;     // bytes
  std::size_t body = 64 << 10;   // bytes
  Duration request = 10s;        // from its first byte to its last; as long to take the answer
  Duration idle = 15s;           // between two requests of one connection
  std::size_t connections = 32;  // per listener
};

// Makes the answer to a complete request. Never throws. `Caller` is identified for methods that
// may change state only (all but GET and HEAD).
using Handle = std::function<boost::asio::awaitable<Answer>(Request, Caller)>;

class HttpServer {
 public:
  HttpServer(boost::asio::any_io_executor executor, Handle handle, HttpLimits limits = {});
  // Stops accepting; connections end with their coroutines.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Serves a listening socket until the end.
  void listen(Descriptor socket, Transport transport);

 private:
  struct Shared;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace flywall::control
