// A bounded queue from one thread to one other, with a descriptor that becomes readable when
// something was put in. Wait-free on both sides: a full mailbox refuses, it never blocks.
#pragma once

#include <sys/eventfd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace flywall::failover {

template <class T, std::size_t Capacity>
class Mailbox {
  static_assert((Capacity & (Capacity - 1)) == 0, "a power of two");

 public:
  // Precondition of all calls: `valid()`, which is false when the system gave no descriptor.
  Mailbox() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  bool valid() const { return static_cast<bool>(event_); }
  int fd() const { return event_.get(); }

  // One thread only. False when full.
  bool put(const T& value) {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_acquire) == Capacity) return false;
    slots_[head % Capacity] = value;
    head_.store(head + 1, std::memory_order_release);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
    return true;
  }

  // The other thread only.
  std::optional<T> take() {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail == head_.load(std::memory_order_acquire)) return std::nullopt;
    std::optional<T> value = slots_[tail % Capacity];
    tail_.store(tail + 1, std::memory_order_release);
    return value;
  }
  bool empty() const {
    return tail_.load(std::memory_order_relaxed) == head_.load(std::memory_order_acquire);
  }
  // Before taking, so that nothing put in later is missed.
  void acknowledge() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(event_.get(), &count, sizeof count);
  }

 private:
  Descriptor event_;
  std::array<T, Capacity> slots_{};
  std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> tail_{0};
};

}  // namespace flywall::failover
