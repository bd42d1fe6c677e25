// Which paths the API has, with which methods, and whether they change state.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace flywall::control {

enum class Operation : std::uint8_t {
  status,
  cluster,
  history,
  failover,
  promote,
  failback,
  reset,
  reload,
  configuration,
  metrics,
  quorum,
  replication_status,
  replication_stats,
  replication_peers,
  replication_lag,
  health,
  openapi,
  not_built,  // of a later version, which says so instead of "no such path"
};

// Reads are open to whoever reaches the socket; writes are for those whom `may_write` admits.
enum class Access : std::uint8_t { read, write };

struct Route {
  std::string_view method;
  std::string_view path;
  Operation operation;
  Access access;
  std::string_view summary;  // for the description of the API
};

std::span<const Route> routes();

struct NoSuchPath {};
struct OtherMethods {
  std::string allow;  // "GET, HEAD"
};
using Routing = std::variant<Route, NoSuchPath, OtherMethods>;

// HEAD goes where GET goes.
Routing route(std::string_view method, std::string_view path);

}  // namespace flywall::control
