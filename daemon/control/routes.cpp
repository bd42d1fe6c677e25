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
    Route{"POST", "/api/ha/promote", Operation::promote, Access::write},
    Route{"POST", "/api/ha/failback", Operation::failback, Access::write},
    Route{"POST", "/api/ha/reset", Operation::reset, Access::write},
    Route{"GET", "/api/ha/metrics", Operation::metrics, Access::read},
    Route{"GET", "/api/ha/quorum", Operation::quorum, Access::read},
    Route{"GET", "/api/replication/status", Operation::replication_status, Access::read},
    Route{"GET", "/api/replication/stats", Operation::replication_stats, Access::read},
    Route{"GET", "/api/replication/peers", Operation::replication_peers, Access::read},
    Route{"GET", "/api/replication/lag", Operation::replication_lag, Access::read},
    Route{"POST", "/api/replication/resync", Operation::not_built, Access::write},
    Route{"GET", "/api/ha/drain", Operation::not_built, Access::read},
    Route{"POST", "/api/ha/drain", Operation::not_built, Access::write},
    Route{"POST", "/api/ha/undrain", Operation::not_built, Access::write},
    Route{"POST", "/api/ha/shutdown", Operation::not_built, Access::write},
    Route{"GET", "/api/config", Operation::configuration, Access::read},
    Route{"POST", "/api/config/reload", Operation::reload, Access::write},
    Route{"PUT", "/api/config", Operation::not_built, Access::write},
    Route{"GET", "/api/config/history", Operation::not_built, Access::read},
    Route{"GET", "/readyz", Operation::not_built, Access::read},
    Route{"GET", "/metrics", Operation::not_built, Access::read},
    Route{"GET", "/api/events", Operation::not_built, Access::read},
    Route{"GET", "/", Operation::not_built, Access::read},
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
