#include "daemon/failover/address_fence.hpp"

#include <vector>

#include "base/clock.hpp"

namespace flywall::failover {

namespace {

// No interface has these indices.
constexpr std::uint32_t kWhole = 0;
constexpr std::uint32_t kLifetimes = UINT32_MAX;

std::set<IpAddress> addresses_of(std::span<const netlink::VirtualAddress> configured) {
  std::set<IpAddress> addresses;
  for (const netlink::VirtualAddress& one : configured) addresses.insert(one.prefix.address);
  return addresses;
}

}  // namespace

AddressFence::AddressFence() : page_(std::make_unique<fence_gate>()), gate_(page_.get()) {}

AddressFence AddressFence::create(const std::string& cluster_id, netlink::AddressTag tag,
                                  std::span<const netlink::VirtualAddress> addresses) {
  AddressFence made;
  made.news_ = true;
  auto fence = netlink::Fence::create({.cluster_id = cluster_id});
  if (!fence) {
    made.note(kWhole, std::unexpected(fence.error()));
    made.fall_back(tag);
    return made;
  }
  made.kind_ = Kind::kernel;
  made.fence_.emplace(std::move(*fence));
  made.gate_ = made.fence_->gate();
  made.guard_only(addresses);
  return made;
}

void AddressFence::fall_back(netlink::AddressTag tag) {
  auto lent = netlink::LentAddresses::create(tag);
  kind_ = lent ? Kind::lifetimes : Kind::missing;
  if (!lent) return;
  lent_.emplace(std::move(*lent));
  renew_at_ = now();
}

bool AddressFence::withholds() const { return lent_ && !gate_.is_open(now()); }

void AddressFence::renew() {
  if (!lent_) return;
  renew_at_ = later(now(), netlink::kRenewPause);
  if (withholds() || gate_.is_idle()) return;
  const auto renewed = lent_->renew();
  note(kLifetimes, renewed ? Result<void>{} : std::unexpected(renewed.error()));
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

std::string AddressFence::trouble() const {
  return troubles_.empty() ? "" : troubles_.begin()->second;
}

}  // namespace flywall::failover
