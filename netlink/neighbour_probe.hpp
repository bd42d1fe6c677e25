// Asks gateways and neighbours whether they are there, without forking and without blocking: for
// monitor_gateways, and for E5 (which side of a silent network is deaf?).
//
// One round at a time: `ask`, poll `fds` with the timeout `deadline`, call `on_readable` and
// `on_deadline`; the latter gives the results once everybody has answered or the patience is over.
// Decides nothing about rise, fall or weight. No kernel lock is taken, no file is opened after
// `create`. Names no virtual address as its sender: the kernel chooses one for echo and
// solicitation, and an ARP request carries `source` or nothing.
//
// N1  At most kProbeTargets per round, kProbesPerBatch questions per kProbeBatchPause; one question
//     per target and round.
// N2  An answer counts only from the address asked, on the interface asked, within the round; an
//     echo only with the round's cookie; an advertisement only with hop limit 255.
// N3  What could not be sent is `unsent`, not `silent`: what cannot be probed is unknown, not
//     failed (E5).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/inline_vector.hpp"
#include "base/time.hpp"
#include "netlink/echo_message.hpp"
#include "netlink/icmp_socket.hpp"
#include "netlink/limits.hpp"

namespace flywall::netlink {

enum class ProbeMethod : std::uint8_t {
  neighbour,  // ARP request or neighbour solicitation: Ethernet, one network only
  echo,       // ICMP or ICMPv6
};

struct ProbeTarget {
  IpAddress address;
  ProbeMethod method = ProbeMethod::neighbour;
  std::uint32_t interface_index = 0;  // 0 (echo only): where the routes lead
  MacAddress mac;                     // neighbour: the interface's own
  IpAddress source;  // ARP: an own address there; none: asks as an RFC 5227 probe does
};

enum class ProbeOutcome : std::uint8_t { answered, silent, unsent };

struct ProbeResult {
  ProbeTarget target;
  ProbeOutcome outcome = ProbeOutcome::silent;
  Duration round_trip{};          // of an answer
  std::optional<MacAddress> mac;  // whose answer; only of `neighbour`
  int errno_value = 0;            // of `unsent`
};

class NeighbourProbe {
 public:
  // In the network namespace of the calling thread; needs CAP_NET_RAW. `seed` makes echo cookies
  // that strangers cannot guess. Errors: denied, unavailable.
  static Result<NeighbourProbe> create(std::uint64_t seed);

  // Begins a round; false, and nothing happens, while one runs or with more than kProbeTargets.
  // Precondition: `patience` > 0, every `neighbour` has an interface.
  bool ask(std::span<const ProbeTarget> targets, Time at, Duration patience);
  bool busy() const { return !results_.empty(); }

  InlineVector<int, 3> fds() const;
  Time deadline() const;
  void on_readable(Time at);
  // Sends what is due. The results in the order asked, once the round is over; else empty.
  std::vector<ProbeResult> on_deadline(Time at);

 private:
  using Key = std::pair<IpAddress, std::uint32_t>;
  NeighbourProbe(Descriptor packet, IcmpSocket icmp, IcmpSocket icmp6, std::uint64_t seed);

  void send_due(Time at);
  int send(std::uint16_t index, Time at);
  int send_neighbour(const ProbeTarget& target);
  int send_echo(const ProbeTarget& target, std::uint16_t index);
  void read_arp(Time at);
  void read_icmp(IcmpSocket& socket, Family family, Time at);
  void judge_echo(const IcmpSocket::Received& received, Family family, Time at);
  void judge_neighbour(const Key& who, std::optional<MacAddress> mac, Time at);
  void answered(std::size_t index, Time at);
  bool over(Time at) const;

  Descriptor packet_;  // ARP
  IcmpSocket icmp_, icmp6_;
  Echo echo_;  // of this round; its sequence is the target's position

  std::vector<ProbeResult> results_;  // of the running round; empty: none runs
  std::vector<Time> sent_;
  std::multimap<Key, std::size_t> neighbours_;  // asked by `neighbour`
  std::size_t next_ = 0;                        // the first that is not sent yet
  std::size_t open_ = 0;                        // without answer or refusal yet
  Time next_batch_ = kNever;
  Duration patience_{};
};

}  // namespace flywall::netlink
