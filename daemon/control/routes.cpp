#include "daemon/control/routes.hpp"

#include <array>

namespace flywall::control {

namespace {

constexpr std::array kRoutes{
    Route{"GET", "/api/ha/status", Operation::status, Access::read},
    Route{"GET", "/api/v1/ha/status", Operation::status, Access::read},
    Route{"GET", "/api/ha/cluster", Operation::cluster, Access::read},
    Route{"GET", "/api/ha/history", Operation::history, Access::read},
    Route{"POST", "/api/ha/failover", Operation::failover, Access::write},
    Route{"GET", "/healthz", Operation::health, Access::read},
    Route{"GET", "/health", Operation::health, Access::read},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Routing route(std::string_view method, std::string_view path) {
  OtherMethods others;
  for (const Route& candidate : kRoutes) {
    if (candidate.path != path) continue;
    if (candidate.method == (method == "HEAD" ? "GET" : method)) return candidate;
    if (!others.allow.empty()) others.allow += ", ";
    others.allow += candidate.method == "GET" ? "GET, HEAD" : candidate.method;
  }
  if (others.allow.empty()) return NoSuchPath{};
  return others;
}

}  // namespace flywall::control
