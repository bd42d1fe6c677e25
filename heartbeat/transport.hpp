// Unicast UDP for heartbeats: one socket for IPv4 and one for IPv6, both on the wildcard address.
//
// The wildcard, because the addresses of a machine come and go while the daemon runs; each datagram
// tells where and on which interface it arrived, and each one sent may be pinned to a source
// address and an interface, so that a path is what its name says. Never blocks, never throws,
// allocates nothing after `create`. What the system refuses is counted by errno: a path that is
// down is the world's ordinary state, not an error of this module.
//
// Cost per wake-up is bounded: `receive` returns at most kBatch datagrams, and the caller comes
// back at most kMaxBatches times before it looks at its timers again.
//
// One dead path must not silence the others (E5): datagrams to a neighbour that does not answer ARP
// wait in its queue (212992 bytes, net.ipv4.neigh.*.unres_qlen_bytes) and count against the socket
// that sent them, so the send buffer is larger than all paths' queues together can be.
//
// Marks: DSCP CS6 and SO_PRIORITY 6 (routing protocols' class), receive buffers of kReceiveBuffer.
//
// Knows no key, no datagram format, no peer, no clock. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/inline_vector.hpp"

namespace flywall::heartbeat {

inline constexpr std::size_t kBatch = 32;          // datagrams per `receive`
inline constexpr std::size_t kMaxBatches = 16;     // calls of `receive` per wake-up
inline constexpr int kReceiveBuffer = 1 << 20;     // bytes; about 1000 small datagrams
inline constexpr int kSendBuffer = 16 << 20;       // bytes; more than 48 dead paths hold back
inline constexpr std::size_t kCountedErrors = 16;  // different errno values told apart

// Where a datagram goes and how. `source` and `interface` pin the path when they are given.
struct Route {
  Endpoint to;
  IpAddress source;  // Family::none: the kernel chooses
  std::uint32_t interface =
      0;  // index; 0: the routing table decides. Needed for link-local addresses
};

// One datagram as it came. `bytes` lies in the transport's arena until the next `receive`; longer
// ones than kMaxDatagram are cut to kMaxDatagram + 1, so that they are refused as oversized.
struct Arrival {
  MutableBytes bytes;
  Endpoint from;
  IpAddress to;
  std::uint32_t interface = 0;
};

struct ErrorCount {
  int errno_value = 0;
  std::uint64_t count = 0;
};

struct TransportCounters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  InlineVector<ErrorCount, kCountedErrors> send_errors;
  InlineVector<ErrorCount, kCountedErrors> receive_errors;
};

class Transport {
 public:
  // Binds UDP `port` (0: any free one, for tests, the same for both families). A machine without
  // IPv6 is served with IPv4, and the other way round; an error is that neither works, or that the
  // port is taken.
  static Result<Transport> create(std::uint16_t port);
  Transport(Transport&&) noexcept;
  Transport& operator=(Transport&&) noexcept;
  ~Transport();

  // Readable when something waits; one or two, for epoll or Asio. They stay owned here.
  InlineVector<int, 2> descriptors() const;
  std::uint16_t port() const;

  // 0, or the errno value with which the system refused (which is counted too).
  int send(const Route& route, Bytes bytes);

  // What waits on both sockets, at most kBatch datagrams; empty when nothing does. The bytes may be
  // changed in place.
  std::span<Arrival> receive();

  const TransportCounters& counters() const;

 private:
  struct Sockets;
  explicit Transport(std::unique_ptr<Sockets> sockets);

  std::unique_ptr<Sockets> sockets_;
};

}  // namespace flywall::heartbeat
