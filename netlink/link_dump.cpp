#include "netlink/link_dump.hpp"

#include <linux/rtnetlink.h>

#include "netlink/route_message.hpp"

namespace flywall::netlink {

Result<std::vector<LinkState>> link_dump(RouteSocket& socket) {
  std::vector<LinkState> links;
  const RouteSocket::DumpSink sink{[&] { links.clear(); },
                                   [&](const nlmsghdr& message) {
                                     if (auto link = decode_link(message)) links.push_back(*link);
                                     return links.size() <= kObservedLinks;
                                   }};
  if (auto dumped = socket.dump(RTM_GETLINK, sink); !dumped)
    return std::unexpected(std::move(dumped.error()));
  return links;
}

Result<LinkState> link_named(RouteSocket& socket, const InterfaceName& name) {
  auto links = link_dump(socket);
  if (!links) return std::unexpected(std::move(links.error()));
  for (const LinkState& link : *links)
    if (link.name == name) return link;
  return fail(ErrorKind::missing, "interface " + name.str() + " does not exist");
}

}  // namespace flywall::netlink
