#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "daemon/processes/snapshot.hpp"

namespace flywall::processes {

namespace {

constexpr int kReadTries = 1000;

}  // namespace

// A seqlock: `sequence` is odd while the writer writes. The words are atomics, so that a torn read
// is only ever detected, never undefined.
struct SharedSnapshot::Page {
  static constexpr std::size_t kWords = (sizeof(Snapshot) + 7) / 8;
  std::atomic<std::uint64_t> sequence;
  std::array<std::atomic<std::uint64_t>, kWords> words;
};

Result<SharedSnapshot> SharedSnapshot::create() {
  Descriptor memory(::memfd_create("flywall-snapshot", MFD_CLOEXEC));
  if (!memory || ::ftruncate(memory.get(), sizeof(Page)) != 0)
    return fail_errno("cannot make shared memory for the status", errno);
  return open(std::move(memory));
}

Result<SharedSnapshot> SharedSnapshot::open(Descriptor memory) {
  void* at = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (at == MAP_FAILED) return fail_errno("cannot map the shared status", errno);
  return SharedSnapshot(std::move(memory), static_cast<Page*>(at));
}

SharedSnapshot::SharedSnapshot(SharedSnapshot&& other) noexcept
    : memory_(std::move(other.memory_)),
      page_(std::exchange(other.page_, nullptr)),
      last_(other.last_) {}

SharedSnapshot::~SharedSnapshot() {
  if (page_) ::munmap(page_, sizeof(Page));
}

void SharedSnapshot::publish(const Snapshot& snapshot) {
  std::array<std::uint64_t, Page::kWords> words{};
  std::memcpy(words.data(), &snapshot, sizeof snapshot);
  const std::uint64_t before = page_->sequence.load(std::memory_order_relaxed);
  page_->sequence.store(before + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  for (std::size_t i = 0; i < words.size(); ++i)
    page_->words[i].store(words[i], std::memory_order_relaxed);
  page_->sequence.store(before + 2, std::memory_order_release);
}

Snapshot SharedSnapshot::read() const {
  std::array<std::uint64_t, Page::kWords> words;
  for (int attempt = 0; attempt < kReadTries; ++attempt) {
    const std::uint64_t before = page_->sequence.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < words.size(); ++i)
      words[i] = page_->words[i].load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (before % 2 == 0 && page_->sequence.load(std::memory_order_relaxed) == before) {
      std::memcpy(static_cast<void*>(&last_), words.data(), sizeof last_);
      break;
    }
  }
  return last_;
}

}  // namespace flywall::processes
