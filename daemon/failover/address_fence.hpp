// What holds this node's addresses to its lease when nothing else does (E7): the kernel's fence
// (netlink/fence.hpp), or, where the kernel has none, nothing, which is said.
//
// Made by the supervising thread before anything of an earlier life is removed; then the address
// thread's own. Only the gate is the failover thread's: the deadline lies in memory, whatever
// enforces it.
//
// Knows interfaces and addresses; knows no role and no lease.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "daemon/processes/snapshot.hpp"
#include "netlink/fence.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::failover {

class AddressFence {
 public:
  using Kind = processes::FenceStatus::Kind;

  // No fence at all: the configuration does not want one.
  AddressFence();
  // In the network namespace of the calling thread. Closed. Where the kernel has no fence the
  // trouble tells why.
  static AddressFence create(const std::string& cluster_id,
                             std::span<const netlink::VirtualAddress> addresses);

  netlink::FenceGate& gate() { return gate_; }
  // Of the gate's map, for the services process; none: -1.
  int descriptor() const { return fence_ ? fence_->gate_descriptor() : -1; }

  // Guards these as well, or these only.
  void guard_also(std::span<const netlink::VirtualAddress> addresses);
  void guard_only(std::span<const netlink::VirtualAddress> addresses);
  // An interface that carries guarded addresses is there, or gone.
  void follow(std::uint32_t interface_index, bool there);
  // This one stands: what earlier lives left goes.
  void supersede();
  // A clean end: nothing of it stays behind.
  void remove();

  Kind kind() const { return kind_; }
  // Whether the trouble has changed since it was asked for.
  bool has_news() const { return news_; }
  std::string trouble();

 private:
  void guard(std::set<IpAddress> wanted);
  void note(std::uint32_t interface_index, const Result<void>& result);

  Kind kind_ = Kind::off;
  std::unique_ptr<fence_gate> page_;  // of a deadline that nobody enforces
  std::optional<netlink::Fence> fence_;
  netlink::FenceGate gate_;
  std::set<IpAddress> guarded_;
  std::map<std::uint32_t, std::string> troubles_;  // by interface; 0: of the whole
  bool news_ = false;
};

}  // namespace flywall::failover
