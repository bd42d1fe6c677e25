// The failover thread's part of the fence: one store into memory that the kernel reads for every
// packet. No system call, no lock, a few nanoseconds.
//
// Knows the deadline, not what it guards (fence.hpp).
#pragma once

#include <atomic>
#include <cstddef>

#include "base/time.hpp"
#include "netlink/fence_layout.h"

namespace flywall::netlink {

inline constexpr std::size_t kGatePage = 4096;  // bytes to be mapped

class FenceGate {
 public:
  // `page` is the mapped value; it outlives this object.
  explicit FenceGate(fence_gate* page) : page_(page) {}

  // The guarded addresses live until `until`; the kernel compares with its own CLOCK_BOOTTIME.
  void open_until(Time until) { set(static_cast<std::uint64_t>(nanoseconds(until))); }
  // From the next packet on they are dead.
  void close() { set(0); }
  // Nothing has to be guarded: the addresses were given back and are gone from this kernel.
  void idle() { set(FENCE_IDLE); }
  // Whether a closed fence also drops what would be forwarded.
  void fence_forwarding(bool on) {
    std::atomic_ref(page_->forwarding).store(on ? 1 : 0, std::memory_order_relaxed);
  }

  bool fences_forwarding() const {
    return std::atomic_ref(page_->forwarding).load(std::memory_order_relaxed) != 0;
  }

  // Zero: closed, for ever: idle.
  Time deadline() const {
    return is_idle() ? kNever : time_from_nanoseconds(static_cast<std::int64_t>(get()));
  }
  bool is_idle() const { return get() == FENCE_IDLE; }
  bool is_open(Time at) const { return static_cast<std::uint64_t>(nanoseconds(at)) < get(); }

 private:
  void set(std::uint64_t deadline) {
    std::atomic_ref(page_->deadline).store(deadline, std::memory_order_relaxed);
  }
  std::uint64_t get() const {
    return std::atomic_ref(page_->deadline).load(std::memory_order_relaxed);
  }

  fence_gate* page_;
};

}  // namespace flywall::netlink
