// The plan against the model of the kernel: any wanted set, any observed set.
#include <gtest/gtest.h>
#include <linux/if_addr.h>

#include <rapidcheck.h>
#include <algorithm>
#include <cstdlib>

#include "netlink/address_plan.hpp"
#include "tests/netlink/planned_kernel.hpp"

namespace flywall::netlink {
namespace {

// Read by rapidcheck at the first property; a caller's own RC_PARAMS wins.
const int kCases = setenv("RC_PARAMS", "max_success=3000", 0);

constexpr AddressTag kOurs{0xf1};
const AddressOwner kOwner{kOurs, true, {}};

// Few values, so that networks, lengths and addresses meet often.
WantedAddress any_wanted() {
  const auto last = static_cast<std::uint8_t>(*rc::gen::inRange(1, 9));
  const auto third = static_cast<std::uint8_t>(*rc::gen::inRange(0, 2));
  const auto length = *rc::gen::element<std::uint8_t>(24, 24, 24, 25, 32);
  const auto index = static_cast<std::uint32_t>(*rc::gen::inRange(1, 3));
  IpAddress address{Family::ipv4, {10, 0, third, last}};
  return {index, {address, length}, {}};
}

PlannedKernel any_kernel() {
  PlannedKernel kernel;
  kernel.promote_secondaries = *rc::gen::arbitrary<bool>();
  const int count = *rc::gen::inRange(0, 14);
  for (int i = 0; i < count; ++i) {
    const WantedAddress place = any_wanted();
    ObservedAddress address;
    address.interface_index = place.interface_index;
    address.prefix = place.prefix;
    if (*rc::gen::arbitrary<bool>()) address.tag = kOurs;
    if (address.tag != kOurs) address.route_metric = static_cast<std::uint32_t>(i);
    kernel.add(address);
  }
  return kernel;
}

bool shows(const PlannedKernel& kernel, const WantedAddress& wanted) {
  return std::ranges::any_of(kernel.addresses, [&](const auto& address) {
    return address.interface_index == wanted.interface_index && address.prefix == wanted.prefix;
  });
}

bool survives(const PlannedKernel& kernel, ObservedAddress address) {
  return std::ranges::any_of(kernel.addresses, [&](ObservedAddress other) {
    other.flags &= ~std::uint32_t{IFA_F_SECONDARY};
    address.flags &= ~std::uint32_t{IFA_F_SECONDARY};
    return other == address;
  });
}

template <class Property>
void holds(const char* name, Property property) {
  ASSERT_EQ(kCases, 0);
  EXPECT_TRUE(rc::check(name, property));
}

TEST(AddressPlanProperty, A1A2AppliedToTheKernelItShowsWhatIsWantedAndEverythingThatIsNotOurs) {
  holds("converges", [] {
    PlannedKernel kernel = any_kernel();
    const PlannedKernel before = kernel;
    std::vector<WantedAddress> wanted(static_cast<std::size_t>(*rc::gen::inRange(0, 8)));
    std::ranges::generate(wanted, any_wanted);
    const AddressPlan plan = plan_addresses(wanted, kernel.addresses, kOwner);
    for (const AddressChange& change : plan.changes) kernel.apply(change);
    for (const WantedAddress& address : wanted) RC_ASSERT(shows(kernel, address));
    for (const ObservedAddress& address : before.addresses)
      if (address.tag != kOurs) RC_ASSERT(survives(kernel, address));
    for (const ObservedAddress& address : kernel.addresses)
      if (address.tag == kOurs)
        RC_ASSERT(std::ranges::any_of(wanted, [&](const auto& one) {
          return one.interface_index == address.interface_index && one.prefix == address.prefix;
        }));
    RC_ASSERT(plan_addresses(wanted, kernel.addresses, kOwner).changes.empty());
    RC_ASSERT(plan.changes.size() <= wanted.size() + 3 * before.addresses.size());
  });
}

TEST(AddressPlanProperty, A4AnInterfaceWithAnAddressOfItsOwnIsNeverWithoutAny) {
  holds("never bare", [] {
    PlannedKernel kernel = any_kernel();
    for (std::uint32_t index : {1u, 2u}) {
      ObservedAddress own;
      own.interface_index = index;
      own.prefix = {{Family::ipv4, {10, 0, 0, 200}}, 24};
      kernel.add(own);
    }
    kernel.ever_without_any = false;
    for (const AddressChange& change : plan_addresses({}, kernel.addresses, kOwner).changes)
      kernel.apply(change);
    RC_ASSERT(!kernel.ever_without_any);
  });
}

}  // namespace
}  // namespace flywall::netlink
