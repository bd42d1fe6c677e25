// A NETLINK_ROUTE socket that executes changes in chunks and asks for dumps.
//
// Knows the kernel's request protocol; knows no plan and no role. Everything here may wait for
// RTNL, a lock of the whole machine (FACTS section 3): never call it from the failover thread.
//
// One chunk is one sendmsg. Only its last message asks for an ACK, but the kernel answers every
// message that failed (netlink_rcv_skb, net/netlink/af_netlink.c), and works the messages off
// before sendmsg returns: so all answers wait in the buffer then, and the ACK of the last one ends
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/inline_vector.hpp"
#include "netlink/address_plan.hpp"
#include "netlink/limits.hpp"
#include "netlink/link_state.hpp"
#include "netlink/route_lookup.hpp"
#include "netlink/route_plan.hpp"

struct nlmsghdr;

namespace flywall::netlink {

// A change the kernel refused. "Exists already" on adding, "not there" and "no such interface" on
// removing are no failures.
struct ChangeFailure {
  std::uint32_t index = 0;  // within the chunk
  int errno_value = 0;
};

using ChunkFailures = InlineVector<ChangeFailure, kChangesPerChunk>;

class RouteSocket {
 public:
  // In the network namespace of the calling thread. Errors: denied, unavailable.
  static Result<RouteSocket> create();

  // Precondition: 1..kChangesPerChunk changes. Error: the socket itself failed (what was done is
  // then unknown: dump).
  Result<ChunkFailures> execute(std::span<const AddressChange> chunk);

  // The same for routes; there "exists already" is a failure: the route is somebody else's.
  Result<ChunkFailures> execute(std::span<const RouteChange> chunk);

  // Ready-made requests in one sendmsg, numbered here. The first refusal is the error.
  using Encoded = std::vector<std::uint8_t>;
  Result<void> request(std::span<const Encoded> requests, const std::string& attempt);
  Result<void> request(const Encoded& one, const std::string& attempt) {
    return request(std::span(&one, 1), attempt);
  }

  // Asks for all objects of `type` (RTM_GETADDR, RTM_GETLINK) and hands each message to `take`;
  // starts over with `restart` when the kernel says that the dump was interrupted. `take` returns
  // false when there are too many.
  struct DumpSink {
    std::function<void()> restart;
    std::function<bool(const nlmsghdr&)> take;
  };
  Result<void> dump(std::uint16_t type, const DumpSink& sink);
  // The routes with `tag`; kernels before 4.20 tell all.
  Result<void> dump_routes(Family family, RouteTag tag, const DumpSink& sink);

  // One link as it is now. Errors: missing, unavailable.
  Result<LinkState> link(std::uint32_t index);

  // Where a packet to this address would go now, through `interface_index` if that is not 0; waits
  // for no RTNL. Errors: unavailable when no route leads there.
  Result<RouteHop> route_to(const IpAddress& address, std::uint32_t interface_index);

  // Messages that did not come from the kernel.
  std::uint64_t foreign_messages() const { return foreign_; }

 private:
  explicit RouteSocket(Descriptor socket);

  Result<void> send(std::span<const std::uint8_t> request);
  // The single answer to `request`, which begins with an nlmsghdr whose sequence is filled in.
  // `decode` gives nothing for what it does not understand.
  template <class Answer>
  Result<Answer> ask(MutableBytes request, const std::string& attempt,
                     std::optional<Answer> (*decode)(const nlmsghdr&));
  // One datagram of the kernel into `buffer_`; its size.
  Result<std::size_t> receive();
  template <class Change>
  Result<ChunkFailures> execute_chunk(std::span<const Change> chunk);
  // Whether an errno value means that the change at this position is done already.
  using Harmless = std::function<bool(std::uint32_t index, int errno_value)>;
  Result<ChunkFailures> collect(std::size_t count, std::uint32_t first, const Harmless& harmless);
  enum class DumpEnd { complete, interrupted };
  // `request` begins with an nlmsghdr, whose sequence is filled in.
  Result<void> dump(MutableBytes request, const DumpSink& sink);
  Result<DumpEnd> dump_once(MutableBytes request, const DumpSink& sink);

  Descriptor socket_;
  std::uint32_t sequence_ = 1;
  std::uint64_t foreign_ = 0;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace flywall::netlink
