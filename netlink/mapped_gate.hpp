// A fence's gate in a second process, which may close it when the first has died: the descriptor of
// the map is inherited, the memory is the kernel's own.
//
// Knows the gate, not what it guards (fence.hpp).
#pragma once

#include "base/error.hpp"
#include "netlink/fence_gate.hpp"

namespace flywall::netlink {

class MappedGate {
 public:
  // Errors: invalid, when `descriptor` is not the map of a gate; unavailable.
  static Result<MappedGate> open(int descriptor);
  MappedGate(MappedGate&& other) noexcept;
  MappedGate& operator=(MappedGate&&) = delete;
  ~MappedGate();

  FenceGate gate() const { return FenceGate(page_); }

 private:
  explicit MappedGate(fence_gate* page) : page_(page) {}

  fence_gate* page_;
};

}  // namespace flywall::netlink
