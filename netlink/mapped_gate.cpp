#include "netlink/mapped_gate.hpp"

#include <bpf/bpf.h>
#include <sys/mman.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace flywall::netlink {

namespace {

// A descriptor that this process was started with may be anything.
bool is_gate(int descriptor) {
  bpf_map_info about{};
  std::uint32_t size = sizeof about;
  return bpf_obj_get_info_by_fd(descriptor, &about, &size) == 0 &&
         std::string_view(about.name) == "gate" && about.value_size == sizeof(fence_gate);
}

}  // namespace

Result<MappedGate> MappedGate::open(int descriptor) {
  if (!is_gate(descriptor)) return fail(ErrorKind::invalid, "this is no gate of a fence");
  void* page = ::mmap(nullptr, kGatePage, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (page == MAP_FAILED) return fail_errno("cannot map the fence's deadline", errno);
  return MappedGate(static_cast<fence_gate*>(page));
}

MappedGate::MappedGate(MappedGate&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}

MappedGate::~MappedGate() {
  if (page_) ::munmap(page_, kGatePage);
}

}  // namespace flywall::netlink
