// Tells the address thread which addresses come and go, so that it can put back what somebody
// deletes: a NETLINK_ROUTE socket subscribed to RTNLGRP_IPV4_IFADDR and RTNLGRP_IPV6_IFADDR.
//
// Keeps no table and decides nothing. Sees our own changes too. Refuses what does not come from the
// kernel.
#pragma once

#include <utility>
#include <vector>

#include "base/error.hpp"
#include "netlink/notification_reader.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

struct AddressEvent {
  ObservedAddress address;
  bool removed = false;
};

struct AddressEvents {
  std::vector<AddressEvent> addresses;  // at most kAddressEventsPerRead, oldest first
  bool overrun = false;                 // something was lost: dump
  bool more = false;
};

class AddressWatch {
 public:
  // In the network namespace of the calling thread. Errors: denied, unavailable.
  static Result<AddressWatch> create();

  int fd() const { return reader_.fd(); }
  // Never blocks.
  AddressEvents read();
  const WatchCounters& counters() const { return reader_.counters(); }

 private:
  explicit AddressWatch(NotificationReader reader) : reader_(std::move(reader)) {}

  NotificationReader reader_;
};

}  // namespace flywall::netlink
