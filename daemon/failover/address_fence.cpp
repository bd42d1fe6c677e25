#include "daemon/failover/address_fence.hpp"

#include <utility>
#include <vector>

namespace flywall::failover {

namespace {

constexpr std::uint32_t kWhole = 0;  // no interface has this index

std::set<IpAddress> addresses_of(std::span<const netlink::VirtualAddress> configured) {
  std::set<IpAddress> addresses;
  for (const netlink::VirtualAddress& one : configured) addresses.insert(one.prefix.address);
  return addresses;
}

}  // namespace

AddressFence::AddressFence() : page_(std::make_unique<fence_gate>()), gate_(page_.get()) {}

AddressFence AddressFence::create(const std::string& cluster_id,
                                  std::span<const netlink::VirtualAddress> addresses) {
  AddressFence made;
  made.news_ = true;
  auto fence = netlink::Fence::create({.cluster_id = cluster_id});
  if (!fence) {
    made.kind_ = Kind::missing;
    made.note(kWhole, std::unexpected(fence.error()));
    return made;
  }
  made.kind_ = Kind::kernel;
  made.fence_.emplace(std::move(*fence));
  made.gate_ = made.fence_->gate();
  made.guard_only(addresses);
  return made;
}

void AddressFence::guard_also(std::span<const netlink::VirtualAddress> addresses) {
  std::set<IpAddress> wanted = addresses_of(addresses);
  wanted.insert(guarded_.begin(), guarded_.end());
  guard(std::move(wanted));
}

void AddressFence::guard_only(std::span<const netlink::VirtualAddress> addresses) {
  guard(addresses_of(addresses));
}

void AddressFence::guard(std::set<IpAddress> wanted) {
  if (!fence_) return;
  const std::vector<IpAddress> list(wanted.begin(), wanted.end());
  note(kWhole, fence_->guard(list));
  guarded_ = std::move(wanted);
}

void AddressFence::follow(std::uint32_t interface_index, bool there) {
  if (!fence_) return;
  if (!there) fence_->forget(interface_index);
  note(interface_index, there ? fence_->attach(interface_index) : Result<void>{});
}

void AddressFence::supersede() {
  if (fence_) fence_->supersede();
}

void AddressFence::remove() {
  if (fence_) fence_->remove();
}

void AddressFence::note(std::uint32_t interface_index, const Result<void>& result) {
  const std::string text = result ? "" : result.error().message;
  const auto known = troubles_.find(interface_index);
  if (text == (known == troubles_.end() ? "" : known->second)) return;
  news_ = true;
  if (text.empty())
    troubles_.erase(interface_index);
  else
    troubles_[interface_index] = text;
}

std::string AddressFence::trouble() {
  news_ = false;
  return troubles_.empty() ? "" : troubles_.begin()->second;
}

}  // namespace flywall::failover
