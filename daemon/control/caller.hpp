// Who is at the other end of a connection, as the kernel knows it.
//
// Unix socket: peer credentials and supplementary groups, fixed when it connected. Loopback TCP:
// the owner of the client's socket from inet_diag. A socket that its process has closed already has
// no owner, and the kernel then calls it root's: so only sockets with an inode count, asked twice,
// because a socket loses its inode once and for ever.
#pragma once

#include "daemon/control/request.hpp"

namespace flywall::control {

inline constexpr const char* kGroup = "flywall";

// `socket` is our end of an accepted connection. May look into the group database.
Caller identify(int socket, Transport transport);

}  // namespace flywall::control
