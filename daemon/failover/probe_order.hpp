// What the failover thread asks of the probe thread, and what it hears back: plain values.
//
// Both count (rise, fall) on the probe thread: an outcome is a change, not a result, so that the
// failover thread wakes only when there is something to decide.
#pragma once

#include <cstdint>
#include <variant>

#include "base/address.hpp"
#include "base/inline_text.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "daemon/failover/mailbox.hpp"
#include "daemon/failover/monitor_count.hpp"
#include "daemon/failover/peer_table.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::failover {

inline constexpr std::size_t kWitnesses = 16;  // asked on one silent network
inline constexpr std::size_t kVirtualLinks = 64;

// Whom an order or an outcome is about; never used twice.
struct ProbeHandle {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const ProbeHandle&) const = default;
};

using WitnessList = InlineVector<IpAddress, kWitnesses>;

namespace probe_order {
struct WatchGateway {  // a new handle, or other values for a known one
  ProbeHandle handle;
  IpAddress address;
  netlink::InterfaceName interface;  // empty: where the routes lead
  MonitorCount::Policy policy;
  Duration interval{};
};
struct AskNetwork {  // E5: does anybody on this network still answer? Once a second until forgotten
  ProbeHandle handle;
  std::uint32_t ifindex = 0;
  WitnessList gateways;  // asked besides recent neighbours
  WitnessList peers;     // of these the silence is known
};
struct Forget {
  ProbeHandle handle;
};
struct Own {  // what may be named as the sender of a question
  ServedNetworks networks;
  InlineVector<std::uint32_t, kVirtualLinks> virtual_links;  // carry virtual addresses
};
}  // namespace probe_order
using ProbeOrder = std::variant<probe_order::WatchGateway, probe_order::AskNetwork,
                                probe_order::Forget, probe_order::Own>;

struct ProbeFinding {
  ProbeHandle handle;
  MonitorState state = MonitorState::unknown;
  InlineText<120> detail;  // "no answer for 3 probes"
};

using ProbeOrders = Mailbox<ProbeOrder, 128>;
using ProbeFindings = Mailbox<ProbeFinding, 128>;

}  // namespace flywall::failover
