// Whether a TCP port accepts connections.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "base/address.hpp"
#include "base/time.hpp"

namespace flywall::tasks {

// Empty when a connection was made within the limit, else why not: "10.0.0.5:53 refuses
// connections". A name is resolved first; each of its addresses is tried. Precondition: a port.
boost::asio::awaitable<std::string> why_port_is_closed(HostPort where, Duration limit);

}  // namespace flywall::tasks
