#include "netlink/link_watch.hpp"

#include <linux/rtnetlink.h>

#include "netlink/route_message.hpp"

namespace flywall::netlink {

Result<LinkWatch> LinkWatch::create() {
  static constexpr unsigned kGroups[] = {RTNLGRP_LINK};
  auto reader = NotificationReader::create(kGroups, kLinkWatchBufferBytes);
  if (!reader) return std::unexpected(std::move(reader.error()));
  return LinkWatch(std::move(*reader));
}

LinkEvents LinkWatch::read() {
  LinkEvents events;
  for (int i = 0; i < kDatagramsPerRead; ++i) {
    if (events.links.full()) break;
    const NotificationReader::Next next = reader_.next();
    if (next.overrun) {
      events.overrun = true;
      continue;
    }
    if (next.message == nullptr) return events;
    if (auto link = decode_link(*next.message)) events.links.push_back(*link);
  }
  events.more = true;
  return events;
}

}  // namespace flywall::netlink
