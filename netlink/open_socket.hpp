// Opens a NETLINK_ROUTE socket of the calling thread's network namespace, with a large buffer.
#pragma once

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace flywall::netlink {

// Close-on-exec, non-blocking, bound to a port id of its own; `buffer_bytes` with SO_RCVBUFFORCE,
// without the permission as much as SO_RCVBUF gives. `purpose` names it in an error.
Result<Descriptor> open_route_socket(const char* purpose, int buffer_bytes);

// SO_RCVBUFFORCE or SO_SNDBUFFORCE, else the unprivileged one: best effort.
void enlarge_receive_buffer(int fd, int bytes);
void enlarge_send_buffer(int fd, int bytes);

// Close-on-exec, non-blocking AF_PACKET socket that hears `protocol` (ETH_P_*, host order) of all
// interfaces; 0 hears nothing.
Result<Descriptor> open_packet_socket(const char* purpose, int protocol);

}  // namespace flywall::netlink
