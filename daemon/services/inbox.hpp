// What the watching thread hands to the others: a bounded queue for one writer and one reader, with
// an eventfd that wakes the reader. Never blocks, never allocates after its making; when it is
// full, the message is lost and counted. History may fill most of it only, so that a flood of it
// never costs an answer or a reservation.
#pragma once

#include <sys/eventfd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/descriptor.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::services {

class Inbox {
 public:
  static constexpr std::size_t kCapacity = 512;
  static constexpr std::size_t kHistoryCapacity = kCapacity - 64;

  Inbox() : slots_(kCapacity), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  // The writer's side.
  void put(const processes::ToServices& message) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    const bool is_history = std::holds_alternative<processes::message::History>(message);
    if (tail - head_.load(std::memory_order_acquire) >=
        (is_history ? kHistoryCapacity : kCapacity)) {
      lost_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    slots_[tail % kCapacity] = message;
    tail_.store(tail + 1, std::memory_order_release);
    wake();
  }
  void wake() { eventfd_write(wake_.get(), 1); }

  // The reader's side: wait until `fd` is readable, `clear`, then take until there is nothing.
  int fd() const { return wake_.get(); }
  void clear() {
    eventfd_t ignored = 0;
    eventfd_read(wake_.get(), &ignored);
  }
  std::optional<processes::ToServices> take() {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
    const processes::ToServices message = slots_[head % kCapacity];
    head_.store(head + 1, std::memory_order_release);
    return message;
  }
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  std::vector<processes::ToServices> slots_;
  std::atomic<std::size_t> head_ = 0;
  std::atomic<std::size_t> tail_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  Descriptor wake_;
};

}  // namespace flywall::services
