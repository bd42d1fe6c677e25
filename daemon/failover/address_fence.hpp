// What holds this node's addresses to its lease when nothing else does (E7): the kernel's fence
// (netlink/fence.hpp), or, where the kernel has none, lifetimes of the addresses
// (netlink/lent_addresses.hpp), which is said.
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
#include <utility>

#include "daemon/processes/snapshot.hpp"
#include "netlink/fence.hpp"
#include "netlink/lent_addresses.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::failover {

class AddressFence {
 public:
  using Kind = processes::FenceStatus::Kind;

  // No fence at all: the configuration does not want one.
  AddressFence();
  // In the network namespace of the calling thread. Closed. Where the kernel has no fence the
  // trouble tells why.
  static AddressFence create(const std::string& cluster_id, netlink::AddressTag tag,
                             std::span<const netlink::VirtualAddress> addresses);

  netlink::FenceGate& gate() { return gate_; }
  // Of the gate's map, for the services process; none: -1.
  int descriptor() const { return fence_ ? fence_->gate_descriptor() : -1; }

  // Guards these as well, or these only.
  void guard_also(std::span<const netlink::VirtualAddress> addresses);
  void guard_only(std::span<const netlink::VirtualAddress> addresses);
  // An interface that carries guarded addresses is there, or gone.
  void follow(std::uint32_t interface_index, bool there);
  // Lifetimes: what is held lives on, if it may. To be called at `deadline`, and after each change.
  void renew();
  Time deadline() const { return renew_at_; }
  // Lifetimes: nothing may be put back that the kernel has taken.
  bool withholds() const;
  // This one stands: what earlier lives left goes.
  void supersede();
  // A clean end: nothing of it stays behind.
  void remove();

  Kind kind() const { return kind_; }
  // Empty: everything is guarded.
  std::string trouble() const;
  // Whether it has changed since this was asked.
  bool take_news() { return std::exchange(news_, false); }

 private:
  void fall_back(netlink::AddressTag tag);
  void guard(std::set<IpAddress> wanted);
  void note(std::uint32_t interface_index, const Result<void>& result);

  Kind kind_ = Kind::off;
  std::unique_ptr<fence_gate> page_;  // of a deadline that nobody enforces
  std::optional<netlink::Fence> fence_;
  std::optional<netlink::LentAddresses> lent_;
  Time renew_at_ = kNever;
  netlink::FenceGate gate_;
  std::set<IpAddress> guarded_;
  std::map<std::uint32_t, std::string> troubles_;  // by interface; 0: of the whole
  bool news_ = false;
};

}  // namespace flywall::failover
