// What every libnl message of ours is made with. Of the .cpp files of this folder.
#pragma once

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <memory>

#include "base/address.hpp"
#include "base/check.hpp"

namespace flywall::netlink {

using Message = std::unique_ptr<nl_msg, decltype([](nl_msg* message) { nlmsg_free(message); })>;

// Nothing is put for Family::none.
inline void put(nl_msg* message, int attribute, const IpAddress& address) {
  if (address.family == Family::none) return;
  const int size = static_cast<int>(address.size());
  FLYWALL_CHECK(nla_put(message, attribute, size, address.bytes.data()) == 0);
}

}  // namespace flywall::netlink
