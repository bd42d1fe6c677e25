#include "netlink/fence.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/key.hpp"

// The object file of fence_program.bpf.c (CMakeLists.txt).
extern "C" const unsigned char flywall_fence_object[];
extern "C" const unsigned char flywall_fence_object_end[];

namespace flywall::netlink {

namespace {

namespace files = std::filesystem;

// include/uapi/linux/bpf.h of Linux 6.6; Debian 12's headers are older.
constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);
constexpr auto kTcxEgress = static_cast<bpf_attach_type>(47);
// Before Linux 6.6: our place among the filters of the clsact qdisc.
constexpr std::uint32_t kFilterHandle = 1;
constexpr std::uint32_t kFilterPriority = 0xf1;

// "flywall-CLUSTER-NAMESPACE": the folder of all lives of this cluster here (F4).
std::string folder_of(const FenceSetting& setting) {
  struct stat space{};
  ::stat("/proc/thread-self/ns/net", &space);
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "/flywall-%016llx-%llu",
                static_cast<unsigned long long>(digest64(as_bytes(setting.cluster_id))),
                static_cast<unsigned long long>(space.st_ino));
  return setting.bpffs + name.data();
}

bool is_bpffs(const std::string& path) {
  struct statfs about{};
  return ::statfs(path.c_str(), &about) == 0 &&
         static_cast<std::uint32_t>(about.f_type) == BPF_FS_MAGIC;
}

Result<void> find_bpffs(const std::string& path) {
  if (is_bpffs(path)) return {};
  if (::mount("bpf", path.c_str(), "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0)
    return fail_errno("cannot mount bpffs at " + path + " for the fence", errno);
  return {};
}

fence_address key_of(const IpAddress& address) {
  fence_address key{};
  if (address.family == Family::ipv6) {
    std::copy(address.bytes.begin(), address.bytes.end(), key.bytes);
  } else {
    key.bytes[10] = key.bytes[11] = 0xff;
    std::copy_n(address.bytes.begin(), 4, key.bytes + 12);
  }
  return key;
}

// A filter of ours at one side of an interface's clsact qdisc.
int change_filter(std::uint32_t interface_index, bpf_tc_attach_point side, int program) {
  bpf_tc_hook hook{};
  hook.sz = sizeof hook;
  hook.ifindex = static_cast<int>(interface_index);
  hook.attach_point = side;
  bpf_tc_opts filter{};
  filter.sz = sizeof filter;
  filter.handle = kFilterHandle;
  filter.priority = kFilterPriority;
  if (program < 0) return bpf_tc_detach(&hook, &filter);
  const int made = bpf_tc_hook_create(&hook);
  if (made != 0 && made != -EEXIST) return made;
  filter.prog_fd = program;
  filter.flags = BPF_TC_F_REPLACE;
  return bpf_tc_attach(&hook, &filter);
}

// Filters hang on the interfaces, not in bpffs: the pin names the interface. A link goes some time
// after its last pin, unless it is detached.
void take_off(const files::path& pin) {
  unsigned index = 0;
  if (std::sscanf(pin.filename().c_str(), "clsact-%u", &index) == 1) {
    change_filter(index, BPF_TC_INGRESS, -1);
    change_filter(index, BPF_TC_EGRESS, -1);
  } else if (const Descriptor link(bpf_obj_get(pin.c_str())); link) {
    bpf_link_detach(link.get());
  }
}

std::uint32_t remove_life(const files::path& folder) {
  std::error_code unreadable;
  for (const auto& entry : files::directory_iterator(folder, unreadable)) take_off(entry.path());
  std::error_code ignored;
  const auto removed = files::remove_all(folder, ignored);
  return removed == static_cast<std::uintmax_t>(-1) ? 0 : static_cast<std::uint32_t>(removed);
}

int be_silent(libbpf_print_level, const char*, va_list) { return 0; }

}  // namespace

struct Fence::Programs {
  bpf_object* object = nullptr;
  void* page = MAP_FAILED;
  int gate = -1, guarded = -1, drops = -1, in = -1, out = -1;  // belong to the object

  Programs() = default;
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;
  ~Programs() {
    if (page != MAP_FAILED) ::munmap(page, kGatePage);
    if (object) bpf_object__close(object);
  }

  Result<void> load() {
    libbpf_set_print(be_silent);
    object = bpf_object__open_mem(
        flywall_fence_object,
        static_cast<std::size_t>(flywall_fence_object_end - flywall_fence_object), nullptr);
    if (!object) return fail_errno("cannot read the fence's BPF program", errno);
    if (const int error = bpf_object__load(object); error != 0)
      return fail_errno("the kernel refuses the fence's BPF program", -error);
    gate = bpf_object__find_map_fd_by_name(object, "gate");
    guarded = bpf_object__find_map_fd_by_name(object, "guarded");
    drops = bpf_object__find_map_fd_by_name(object, "drops");
    in = bpf_program__fd(bpf_object__find_program_by_name(object, "fence_in"));
    out = bpf_program__fd(bpf_object__find_program_by_name(object, "fence_out"));
    page = ::mmap(nullptr, kGatePage, PROT_READ | PROT_WRITE, MAP_SHARED, gate, 0);
    if (page == MAP_FAILED) return fail_errno("cannot map the fence's deadline", errno);
    return {};
  }
};

Result<Fence> Fence::create(const FenceSetting& setting) {
  if (auto found = find_bpffs(setting.bpffs); !found) return std::unexpected(found.error());
  auto programs = std::make_unique<Programs>();
  if (auto loaded = programs->load(); !loaded) return std::unexpected(loaded.error());
  const std::string cluster = folder_of(setting);
  const std::string folder = cluster + "/" + std::to_string(nanoseconds(now()));
  for (const std::string& made : {cluster, folder})
    if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST)
      return fail_errno("cannot make " + made + " for the fence's pins", errno);
  auto* page = static_cast<fence_gate*>(programs->page);
  return Fence(setting, folder, std::move(programs), page);
}

Fence::Fence(const FenceSetting& setting, std::string folder, std::unique_ptr<Programs> programs,
             fence_gate* page)
    : setting_(setting), folder_(std::move(folder)), programs_(std::move(programs)), gate_(page) {}

Fence::Fence(Fence&&) noexcept = default;
Fence::~Fence() = default;

int Fence::gate_descriptor() const { return programs_->gate; }

Result<void> Fence::guard(std::span<const IpAddress> addresses) {
  const std::set<IpAddress> wanted(addresses.begin(), addresses.end());
  for (const IpAddress& address : wanted) {
    const fence_address key = key_of(address);
    const std::uint8_t there = 1;
    if (guarded_.contains(address)) continue;
    if (bpf_map_update_elem(programs_->guarded, &key, &there, BPF_ANY) != 0)
      return fail_errno("cannot guard " + address.str() + " by the fence", errno);
    guarded_.insert(address);
  }
  std::erase_if(guarded_, [&](const IpAddress& address) {
    if (wanted.contains(address)) return false;
    const fence_address key = key_of(address);
    bpf_map_delete_elem(programs_->guarded, &key);
    return true;
  });
  return {};
}

Result<void> Fence::attach(std::uint32_t interface_index) {
  if (attached_.contains(interface_index)) return {};
  if (setting_.method != FenceMethod::clsact) {
    auto attached = attach_tcx(interface_index);
    if (attached || setting_.method == FenceMethod::tcx) return attached;
  }
  return attach_clsact(interface_index);
}

std::string Fence::pin(const char* direction, std::uint32_t interface_index) const {
  return folder_ + "/" + direction + "-" + std::to_string(interface_index);
}

Result<void> Fence::attach_tcx(std::uint32_t interface_index) {
  struct Side {
    const char* name;
    int program;
    bpf_attach_type type;
  };
  const std::array<Side, 2> sides{
      {{"in", programs_->in, kTcxIngress}, {"out", programs_->out, kTcxEgress}}};
  for (const Side& side : sides) {
    const Descriptor link(
        bpf_link_create(side.program, static_cast<int>(interface_index), side.type, nullptr));
    if (!link) return fail_errno("cannot put the fence on an interface", errno);
    if (bpf_obj_pin(link.get(), pin(side.name, interface_index).c_str()) != 0)
      return fail_errno("cannot pin the fence", errno);
  }
  attached_.emplace(interface_index, FenceMethod::tcx);
  return {};
}

// The filter holds the program by itself; the pinned program marks where to look for it.
Result<void> Fence::attach_clsact(std::uint32_t interface_index) {
  const std::string mark = pin("clsact", interface_index);
  if (bpf_obj_pin(programs_->in, mark.c_str()) != 0)
    return fail_errno("cannot pin the fence", errno);
  int error = change_filter(interface_index, BPF_TC_INGRESS, programs_->in);
  if (error == 0) error = change_filter(interface_index, BPF_TC_EGRESS, programs_->out);
  if (error != 0) return fail_errno("cannot put the fence on an interface", -error);
  attached_.emplace(interface_index, FenceMethod::clsact);
  return {};
}

void Fence::forget(std::uint32_t interface_index) {
  attached_.erase(interface_index);
  for (const char* name : {"in", "out", "clsact"}) ::unlink(pin(name, interface_index).c_str());
}

FenceDrops Fence::drops() const {
  std::array<std::uint64_t, FENCE_DROPS> sums{};
  std::vector<std::uint64_t> each(
      static_cast<std::size_t>(std::max(1, libbpf_num_possible_cpus())));
  for (std::uint32_t reason = 0; reason < FENCE_DROPS; ++reason) {
    if (bpf_map_lookup_elem(programs_->drops, &reason, each.data()) != 0) continue;
    for (const std::uint64_t count : each) sums[reason] += count;
  }
  return {.arp = sums[FENCE_DROP_ARP],
          .neighbour = sums[FENCE_DROP_ND],
          .in = sums[FENCE_DROP_IN],
          .out = sums[FENCE_DROP_OUT],
          .forwarded = sums[FENCE_DROP_FORWARDED]};
}

// A life of clsact shares the filter's place with the one before it: only its marks go.
void Fence::supersede() {
  std::error_code ignored;
  for (const auto& life : files::directory_iterator(folder_of(setting_), ignored)) {
    if (life.path() == folder_) continue;
    for (const auto& [index, method] : attached_)
      if (method == FenceMethod::clsact)
        ::unlink((life.path() / ("clsact-" + std::to_string(index))).c_str());
    remove_life(life.path());
  }
}

void Fence::remove() {
  remove_life(folder_);
  attached_.clear();
  ::rmdir(folder_of(setting_).c_str());
}

Result<std::uint32_t> Fence::sweep(const FenceSetting& setting) {
  if (!is_bpffs(setting.bpffs)) return 0;
  std::uint32_t removed = 0;
  std::error_code error;
  const std::string cluster = folder_of(setting);
  for (const auto& life : files::directory_iterator(cluster, error)) removed += remove_life(life);
  ::rmdir(cluster.c_str());
  return removed;
}

}  // namespace flywall::netlink
