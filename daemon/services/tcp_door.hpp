// TCP on the heartbeat port: accepts and closes without a byte, so that `nc -zv HOST 9002`, the
// guide's test of connectivity, succeeds. At most kDoorBatch connections per kDoorPause.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "base/address.hpp"
#include "base/time.hpp"

namespace flywall::services {

inline constexpr int kDoorBatch = 16;
inline constexpr Duration kDoorPause = 100ms;
inline constexpr Duration kDoorRetry = 10s;  // when the port is taken

// Never ends. A port that cannot be opened is a warning, and tried again.
boost::asio::awaitable<void> keep_door(Endpoint at);

}  // namespace flywall::services
