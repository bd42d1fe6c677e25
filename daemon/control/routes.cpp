#include "daemon/control/routes.hpp"

#include <array>

namespace flywall::control {

namespace {

constexpr std::array kRoutes{
    Route{"GET", "/api/ha/status", Operation::status, Access::read, "what this node is, and why"},
    Route{"GET", "/api/v1/ha/status", Operation::status, Access::read,
          "what this node is, and why"},
    Route{"GET", "/api/ha/cluster", Operation::cluster, Access::read,
          "all nodes as this one sees them"},
    Route{"GET", "/api/ha/history", Operation::history, Access::read,
          "what happened, newest first"},
    Route{"POST", "/api/ha/failover", Operation::failover, Access::write,
          "gives the role of primary to a peer"},
    Route{"POST", "/api/ha/promote", Operation::promote, Access::write, "makes this node primary"},
    Route{"POST", "/api/ha/failback", Operation::failback, Access::write,
          "whether the preferred node takes its role back"},
    Route{"POST", "/api/ha/reset", Operation::reset, Access::write,
          "forgets damping, refusals and waiting times"},
    Route{"GET", "/api/ha/metrics", Operation::metrics, Access::read, "counters and gauges"},
    Route{"GET", "/api/ha/quorum", Operation::quorum, Access::read, "who votes and who is heard"},
    Route{"GET", "/api/replication/status", Operation::replication_status, Access::read,
          "what is configured and connected"},
    Route{"GET", "/api/replication/stats", Operation::replication_stats, Access::read,
          "what was replicated"},
    Route{"GET", "/api/replication/peers", Operation::replication_peers, Access::read, "with whom"},
    Route{"GET", "/api/replication/lag", Operation::replication_lag, Access::read,
          "how far behind"},
    Route{"POST", "/api/replication/resync", Operation::not_built, Access::write,
          "begins from a snapshot"},
    Route{"GET", "/api/ha/drain", Operation::not_built, Access::read, "how far a drain is"},
    Route{"POST", "/api/ha/drain", Operation::not_built, Access::write,
          "takes this node out of service"},
    Route{"POST", "/api/ha/undrain", Operation::not_built, Access::write,
          "takes this node back into service"},
    Route{"POST", "/api/ha/shutdown", Operation::not_built, Access::write, "hands over and stops"},
    Route{"GET", "/api/config", Operation::configuration, Access::read,
          "every setting in force with its origin"},
    Route{"POST", "/api/config/reload", Operation::reload, Access::write,
          "takes the file over as it is now"},
    Route{"PUT", "/api/config", Operation::not_built, Access::write, "another configuration"},
    Route{"GET", "/api/config/history", Operation::not_built, Access::read,
          "earlier configurations"},
    Route{"GET", "/readyz", Operation::not_built, Access::read, "whether this node serves"},
    Route{"GET", "/metrics", Operation::not_built, Access::read, "metrics for Prometheus"},
    Route{"GET", "/api/events", Operation::not_built, Access::read, "what happens, as it happens"},
    Route{"GET", "/", Operation::not_built, Access::read, "the status page"},
    Route{"GET", "/api/openapi.json", Operation::openapi, Access::read, "this description"},
    Route{"GET", "/healthz", Operation::health, Access::read, "whether the failover process runs"},
    Route{"GET", "/health", Operation::health, Access::read, "whether the failover process runs"},
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
