// The kernel lease fence (DESIGN section 6): a BPF program on the interfaces that carry virtual
// addresses drops what is said to or by a guarded address once a deadline has passed. Whoever holds
// the lease renews it by a store (fence_gate.hpp); a process that is killed, frozen or outvoted
// loses its addresses by itself, at the deadline, and nothing in nftables can undo it.
//
// F1  The programs are pinned in bpffs: they outlive this process, closed. A clean end calls
//     `remove`; what a crash left is taken off by the next `create` once its own is attached, or by
//     `sweep`.
// F2  A new fence is closed: open_until or idle is somebody's decision.
// F3  `guard` never leaves an address unguarded that stays in the list.
// F4  Pins carry the cluster and the network namespace: two clusters, or two nodes, on one host do
//     not meet.
//
// Knows no role and no lease. For one thread (the address thread); only the gate is another's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "base/address.hpp"
#include "base/error.hpp"
#include "netlink/fence_gate.hpp"

namespace flywall::netlink {

enum class FenceMethod : std::uint8_t {
  automatic,  // tcx, else clsact
  tcx,        // Linux >= 6.6: links of their own, pinned
  clsact,     // before: filters at a qdisc, which other programs may remove
};

struct FenceSetting {
  std::string cluster_id;
  std::string bpffs = "/sys/fs/bpf";  // mounted there when nothing is
  FenceMethod method = FenceMethod::automatic;
};

// Packets dropped since `create`.
struct FenceDrops {
  std::uint64_t arp = 0;        // questions for, and claims of, a guarded address
  std::uint64_t neighbour = 0;  // the same in IPv6
  std::uint64_t in = 0;         // packets to a guarded address
  std::uint64_t out = 0;        // from one
  std::uint64_t forwarded = 0;
};

class Fence {
 public:
  // In the network namespace of the calling thread; needs CAP_BPF or CAP_SYS_ADMIN, and
  // CAP_NET_ADMIN. Errors: denied, unavailable (no BPF, no bpffs): fall back and say so.
  static Result<Fence> create(const FenceSetting& setting);
  Fence(Fence&&) noexcept;
  Fence& operator=(Fence&&) = delete;
  // Leaves the programs where they are.
  ~Fence();

  // The complete list, at most FENCE_MAX_ADDRESSES.
  Result<void> guard(std::span<const IpAddress> addresses);
  // Puts the programs on an interface; nothing happens when they are there. An interface that is
  // deleted takes them with it.
  Result<void> attach(std::uint32_t interface_index);
  void forget(std::uint32_t interface_index);  // it was deleted

  FenceGate& gate() { return gate_; }
  // The gate's map, to be mapped by another process (mapped_gate.hpp); stays this object's.
  int gate_descriptor() const;
  FenceDrops drops() const;
  // What is left of former lives goes: call it once all interfaces are attached.
  void supersede();
  // A clean end: nothing is dropped any more and nothing stays behind.
  void remove();

  // Takes off what any life of this cluster left in this namespace: the number of pins removed.
  static Result<std::uint32_t> sweep(const FenceSetting& setting);

 private:
  struct Programs;
  Fence(const FenceSetting& setting, std::string folder, std::unique_ptr<Programs> programs,
        fence_gate* page);
  std::string pin(const char* direction, std::uint32_t interface_index) const;
  Result<void> attach_tcx(std::uint32_t interface_index);
  Result<void> attach_clsact(std::uint32_t interface_index);

  FenceSetting setting_;
  std::string folder_;  // of this life's pins
  std::unique_ptr<Programs> programs_;
  FenceGate gate_;
  std::set<IpAddress> guarded_;
  std::map<std::uint32_t, FenceMethod> attached_;  // by interface index
};

}  // namespace flywall::netlink
