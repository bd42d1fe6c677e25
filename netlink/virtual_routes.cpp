#include "netlink/virtual_routes.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>

#include "base/check.hpp"
#include "netlink/route_entry_message.hpp"

namespace flywall::netlink {

namespace {

Result<std::vector<ObservedRoute>> dump_ours(RouteSocket& socket, RouteTag tag) {
  std::vector<ObservedRoute> ours;
  std::size_t before = 0;
  const RouteSocket::DumpSink sink{[&] { ours.resize(before); },
                                   [&](const nlmsghdr& message) {
                                     const auto route = decode_route(message);
                                     if (route && route->tag == tag) ours.push_back(*route);
                                     return ours.size() <= kObservedRoutes;
                                   }};
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    before = ours.size();
    if (auto dumped = socket.dump_routes(family, tag, sink); !dumped)
      return std::unexpected(std::move(dumped.error()));
  }
  return ours;
}

std::string explain(const RouteChange& change, const std::string& name, int errno_value) {
  if (change.adds && errno_value == EEXIST)
    return "cannot add route " + name + ": somebody else's route is there already";
  const char* verb = change.adds ? "cannot add route " : "cannot remove route ";
  return fail_errno(verb + name, errno_value).error().message;
}

}  // namespace

void VirtualRoutes::configure(std::vector<VirtualRoute> routes) {
  FLYWALL_CHECK(routes.size() <= kMaxVirtualRoutes);
  configured_ = std::move(routes);
}

RouteReport VirtualRoutes::hold(RouteSocket& socket, const LinkTable& links) {
  std::vector<ObservedRoute> wanted;
  std::vector<RouteFailure> failures;
  for (const VirtualRoute& route : configured_) {
    const LinkState* link = links.by_name(route.interface);
    if (route.interface.empty() || link != nullptr)
      wanted.push_back(normalized(route, link == nullptr ? 0 : link->index, tag_));
    else
      failures.push_back({route, "cannot add route " + route.str() + ": interface " +
                                     route.interface.str() + " does not exist"});
  }
  RouteReport report = reach(socket, wanted);
  report.failures.insert(report.failures.begin(), failures.begin(), failures.end());
  return report;
}

RouteReport VirtualRoutes::release(RouteSocket& socket) { return reach(socket, {}); }

RouteReport VirtualRoutes::reach(RouteSocket& socket, std::span<const ObservedRoute> wanted) {
  RouteReport report;
  if (!ours_) {
    auto ours = dump_ours(socket, tag_);
    if (!ours) {
      report.error = std::move(ours.error());
      return report;
    }
    ours_ = std::move(*ours);
  }
  const RoutePlan plan = plan_routes(wanted, *ours_);
  report.held = static_cast<std::uint32_t>(plan.kept.size());
  execute(socket, plan.changes, report);
  report.held += report.added;
  // What was added without an interface has one now; what failed may be half done.
  if (report.added > 0 || !report.failures.empty() || report.error) doubt();
  if (ours_) ours_ = plan.kept;
  return report;
}

void VirtualRoutes::execute(RouteSocket& socket, std::span<const RouteChange> changes,
                            RouteReport& report) {
  while (!changes.empty()) {
    const auto chunk = changes.first(std::min(changes.size(), kChangesPerChunk));
    changes = changes.subspan(chunk.size());
    auto failures = socket.execute(chunk);
    if (!failures) {
      report.error = std::move(failures.error());
      return;
    }
    for (const RouteChange& change : chunk) ++(change.adds ? report.added : report.removed);
    for (const ChangeFailure& failure : *failures) {
      const RouteChange& change = chunk[failure.index];
      --(change.adds ? report.added : report.removed);
      const VirtualRoute route = named(change.route);
      report.failures.push_back({route, explain(change, route.str(), failure.errno_value)});
    }
  }
}

VirtualRoute VirtualRoutes::named(const ObservedRoute& route) const {
  for (const VirtualRoute& one : configured_)
    if (normalized(one, route.interface_index, tag_) == route) return one;
  return {route.to, route.via, {}, route.metric, route.table, route.source};
}

Result<std::uint32_t> remove_tagged_routes(RouteTag tag) {
  auto socket = RouteSocket::create();
  if (!socket) return std::unexpected(std::move(socket.error()));
  RouteReport report = VirtualRoutes(tag).release(*socket);
  if (report.error) return std::unexpected(std::move(*report.error));
  if (!report.failures.empty()) return fail(ErrorKind::internal, report.failures[0].reason);
  return report.removed;
}

}  // namespace flywall::netlink
