// The thread that changes addresses. RTNL, the kernel's lock, may hold it for seconds; the failover
// thread never waits for it: orders go in, outcomes come out, in order.
//
// Knows addresses and neighbours (netlink/virtual_addresses.hpp). Knows no peer, no role, no
// reason.
#pragma once

#include <array>
#include <thread>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "base/inline_text.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "daemon/failover/mailbox.hpp"
#include "netlink/virtual_addresses.hpp"

namespace flywall::failover {

struct AddressOrder {
  enum class Kind : std::uint8_t { take, drop, announce, look_again, stop };
  Kind kind = Kind::take;
  Epoch epoch;  // of take
  Time given;   // when it was decided
};

inline constexpr std::size_t kReportedAddresses = 8;  // spelled out in one outcome; all are counted

struct AddressOutcome {
  enum class Kind : std::uint8_t { taken, refused, dropped, changed };
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
  bool repair = false;              // somebody had deleted what was put back
  std::uint64_t announcements = 0;  // frames so far
  std::array<std::uint64_t, kMaxVirtualAddresses / 64>
      bits{};  // held, by position in the configuration
  InlineVector<Note, kReportedAddresses> notes;
};

class AddressThread {
 public:
  using Orders = Mailbox<AddressOrder, 64>;
  using Outcomes = Mailbox<AddressOutcome, 64>;

  // Starts the thread; it runs until an order `stop`, and the destructor gives one and waits.
  explicit AddressThread(netlink::VirtualAddresses addresses);
  AddressThread(const AddressThread&) = delete;
  AddressThread& operator=(const AddressThread&) = delete;
  ~AddressThread();

  Orders& orders() { return orders_; }        // put by the failover thread
  Outcomes& outcomes() { return outcomes_; }  // taken by the failover thread

 private:
  void run();
  bool obey(const AddressOrder& order);
  void answer(AddressOutcome::Kind kind, const AddressOrder& order,
              const netlink::AddressReport& report);
  void notice(const std::optional<netlink::AddressReport>& report);
  AddressOutcome outcome_of(const netlink::AddressReport& report) const;
  void give(const AddressOutcome& outcome);

  netlink::VirtualAddresses addresses_;
  Orders orders_;
  Outcomes outcomes_;
  std::thread thread_;
};

}  // namespace flywall::failover
