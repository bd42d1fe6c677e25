// The thread that changes addresses. RTNL, the kernel's lock, may hold it for seconds; the failover
// thread never waits for it: orders go in, outcomes come out, in order.
//
// Each order but `announce` and `look_again` is answered once. `dropped` is said when the addresses
// are gone, not when they begin to linger: whoever waits for it before the process ends leaves
// nothing behind. An order that takes them back, or drops them again, answers it earlier.
//
// Knows addresses and neighbours (netlink/virtual_addresses.hpp). Knows no peer, no role, no
// reason.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "base/inline_text.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "daemon/failover/address_fence.hpp"
#include "daemon/failover/mailbox.hpp"
#include "netlink/virtual_addresses.hpp"

namespace flywall::failover {

// What a reload gives to the address thread; what did not change is not set. Moved from.
struct AddressSetting {
  std::optional<std::vector<netlink::VirtualAddress>> addresses;
  std::optional<std::vector<netlink::VirtualLink>> links;
  std::optional<std::vector<netlink::VirtualRoute>> routes;
  std::string cluster_id;
  netlink::RouteTag route_tag;
};

struct AddressOrder {
  enum class Kind : std::uint8_t {
    take,
    quiet,      // E9: keep them, but let nobody learn from us where they are
    drop,       // `linger` later; until then they are quiet
    hurry,      // what lingers goes now
    configure,  // another configuration; what did not change is not touched
    announce,
    look_again,
    stop,  // and leave nothing behind
  };
  Kind kind = Kind::take;
  Epoch epoch;  // of take
  Duration linger{};
  AddressSetting* setting = nullptr;  // of configure; stays the giver's
  Time given;                         // when it was decided
};

inline constexpr std::size_t kReportedAddresses = 8;  // spelled out in one outcome; all are counted

struct AddressOutcome {
  enum class Kind : std::uint8_t { taken, refused, quieted, dropped, configured, changed };
  struct Note {
    enum class Kind : std::uint8_t { failed, in_use, foreign };
    Kind kind = Kind::failed;
    InlineText<120> text;  // "10.0.0.100/24 on eth1: interface eth1 does not exist"
  };
  Kind kind = Kind::changed;
  Epoch epoch;          // of the order
  Duration duration{};  // from the decision until the last change was done
  std::uint32_t held = 0;
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
  std::uint32_t failed = 0;
  std::uint32_t routes_held = 0;
  bool repair = false;     // somebody had deleted what was put back
  bool overtaken = false;  // dropped: a later order came before they were gone
  bool gone = false;       // nothing of ours is in this kernel any more
  processes::FenceStatus::Kind fence{};
  InlineText<120> fence_trouble;
  std::uint64_t announcements = 0;  // frames so far
  std::array<std::uint64_t, kMaxVirtualAddresses / 64>
      bits{};  // held, by position in the configuration
  InlineVector<Note, kReportedAddresses> notes;
};

class AddressThread {
 public:
  using Orders = Mailbox<AddressOrder, 64>;
  using Outcomes = Mailbox<AddressOutcome, 64>;

  // Starts the thread; it runs until an order `stop`, and the destructor gives one and waits. When
  // nothing of ours is left at its end, the fence is removed as well.
  explicit AddressThread(netlink::VirtualAddresses addresses, AddressFence fence = {});
  AddressThread(const AddressThread&) = delete;
  AddressThread& operator=(const AddressThread&) = delete;
  ~AddressThread();

  Orders& orders() { return orders_; }                  // put by the failover thread
  Outcomes& outcomes() { return outcomes_; }            // taken by the failover thread
  netlink::FenceGate& gate() { return fence_.gate(); }  // of the failover thread

 private:
  void run();
  bool obey(const AddressOrder& order);
  void answer(AddressOutcome::Kind kind, const AddressOrder& order,
              const netlink::AddressReport& report);
  void leave(const AddressOrder& order);
  void configure(const AddressOrder& order);
  std::uint32_t held() const;
  void overtake();
  void tell_of_fence();
  void notice(const std::optional<netlink::AddressReport>& report);
  AddressOutcome outcome_of(const netlink::AddressReport& report);
  void give(const AddressOutcome& outcome);

  AddressFence fence_;
  netlink::VirtualAddresses addresses_;
  std::optional<AddressOrder> leaving_;  // a drop that lingers
  std::uint32_t routes_held_ = 0;
  Orders orders_;
  Outcomes outcomes_;
  std::thread thread_;
};

}  // namespace flywall::failover
