#include "netlink/address_watch.hpp"

#include <linux/rtnetlink.h>

#include "netlink/limits.hpp"
#include "netlink/route_message.hpp"

namespace flywall::netlink {

Result<AddressWatch> AddressWatch::create() {
  static constexpr unsigned kGroups[] = {RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};
  auto reader = NotificationReader::create(kGroups, kRouteBufferBytes);
  if (!reader) return std::unexpected(std::move(reader.error()));
  return AddressWatch(std::move(*reader));
}

AddressEvents AddressWatch::read() {
  AddressEvents events;
  for (std::size_t i = 0; i < kAddressEventsPerRead; ++i) {
    const NotificationReader::Next next = reader_.next();
    if (next.overrun) {
      events.overrun = true;
      continue;
    }
    if (next.message == nullptr) return events;
    if (auto address = decode_address(*next.message))
      events.addresses.push_back({*address, next.message->nlmsg_type == RTM_DELADDR});
    else
      reader_.count_malformed();
  }
  events.more = true;
  return events;
}

}  // namespace flywall::netlink
