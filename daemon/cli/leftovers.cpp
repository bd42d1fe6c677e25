#include "daemon/cli/leftovers.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>

#include "base/descriptor.hpp"
#include "daemon/cli/asking.hpp"
#include "daemon/config/load.hpp"
#include "netlink/fence.hpp"
#include "netlink/leftovers.hpp"

namespace flywall::cli {

namespace {

bool is_taken(std::uint16_t port, int family) {
  const Descriptor socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  const bool is_six = family == AF_INET6;
  const int only = 1;
  if (is_six) setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  const auto* address =
      is_six ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
  return socket && bind(socket.get(), address, is_six ? sizeof six : sizeof four) != 0 &&
         errno == EADDRINUSE;
}

// For kernels that do not show our mark on an address.
std::vector<netlink::VirtualAddress> addresses_of(const config::Config& config) {
  std::vector<netlink::VirtualAddress> addresses;
  for (const config::VirtualIp& one : config.replication.ha.virtual_ips)
    addresses.push_back({.prefix = one.address,
                         .interface = netlink::InterfaceName::cut(one.interface),
                         .label = netlink::InterfaceName::cut(one.label)});
  return addresses;
}

// Whether there was one.
bool remove_fence(const std::string& cluster_id, std::string& trouble) {
  const auto removed = netlink::Fence::sweep({.cluster_id = cluster_id});
  if (!removed) trouble = removed.error().message;
  return removed && *removed > 0;
}

}  // namespace

int sweep(const Settings& settings, const std::string& file, bool keep_fence) {
  const config::Outcome outcome = config::load(file, config::Environment::of_process());
  if (!outcome.config) {
    std::fputs(outcome.render_all().c_str(), stderr);
    return kExitConfiguration;
  }
  const config::Replication& replication = outcome.config->replication;
  const std::uint16_t port = replication.ha.heartbeat_port;
  if (is_taken(port, AF_INET) || is_taken(port, AF_INET6)) {
    complain("something listens on UDP port " + std::to_string(port) +
             ": a flywalld runs here, though not at " + settings.socket + "; stop it first");
    return kExitRefused;
  }
  netlink::Swept swept =
      netlink::sweep_leftovers(replication.cluster_id, addresses_of(*outcome.config));
  // As long as an address of ours is left it must not answer.
  const bool opened =
      !keep_fence && swept.trouble.empty() && remove_fence(replication.cluster_id, swept.trouble);
  if (!swept.trouble.empty()) complain(swept.trouble);
  print(settings,
        {{"daemon", false},
         {"addresses_removed", swept.addresses},
         {"routes_removed", swept.routes},
         {"fence_removed", opened},
         {"links_removed", swept.links},
         {"trouble", swept.trouble.empty() ? Json(nullptr) : Json(swept.trouble)}},
        [](const Json& body, const Style&) {
          return "no daemon runs here; removed what it left behind: " +
                 body["addresses_removed"].dump() + " addresses, " + body["routes_removed"].dump() +
                 " routes, " + body["links_removed"].dump() + " virtual links" +
                 (body["fence_removed"] == true ? ", the fence" : "") + "\n";
        });
  return swept.trouble.empty() ? kExitGood : kExitFailed;
}

}  // namespace flywall::cli
