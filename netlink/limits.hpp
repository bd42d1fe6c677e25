// Every limit of the netlink folder on one screen.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace flywall::netlink {

// Changes of addresses per sendmsg. Small enough that the first addresses are announced while the
// last ones are still being added, large enough that system calls do not count: 64 take about 0.5
// ms in the kernel, each message takes and releases RTNL by itself.
inline constexpr std::size_t kChangesPerChunk = 64;
// One RTM_NEWADDR with all attributes is about 120 bytes.
inline constexpr std::size_t kChangeBytes = 192;
// Addresses one dump may tell; more is an error, not a longer list.
inline constexpr std::size_t kObservedAddresses = 65536;
inline constexpr std::size_t kObservedLinks = 8192;
// A dump that the kernel marks as interrupted (NLM_F_DUMP_INTR) is asked for again this often.
inline constexpr int kDumpTries = 8;
// Longest wait for one answer of the kernel. Answers are in the buffer when sendmsg returns; this
// bounds what cannot happen.
inline constexpr Duration kAnswerTime = 2s;

// Without a fence: how long an address lives when nobody renews it, and how often that is done.
inline constexpr std::uint32_t kLentSeconds = 2;
inline constexpr Duration kRenewPause = 500ms;

// Virtual routes of one configuration, and routes with our tag that one dump may tell.
inline constexpr std::size_t kMaxVirtualRoutes = 1024;
inline constexpr std::size_t kObservedRoutes = 4096;
// While taken the kernel is asked this often whether the routes are still there.
inline constexpr Duration kRouteAudit = 10s;

// Metric of the networks of addresses on a virtual link: behind the kernel's own for an interface
// (0 for IPv4, 256 for IPv6).
inline constexpr std::uint32_t kVirtualLinkMetric = 1024;

// The kernel never makes a dump message larger than 32 KB; a link with many virtual functions may
// be notified with more: that counts as overrun.
inline constexpr std::size_t kReceiveBytes = 32768;
// Asked with SO_RCVBUFFORCE (the kernel doubles it): 4096 notifications of about 1.3 KB.
inline constexpr int kRouteBufferBytes = 8 << 20;
inline constexpr int kLinkWatchBufferBytes = 1 << 20;

// Notifications given out by one call of a watch.
inline constexpr std::size_t kLinkEventsPerRead = 16;
inline constexpr std::size_t kAddressEventsPerRead = 128;
// Datagrams one call of a watch reads before it lets its thread do other things.
inline constexpr int kDatagramsPerRead = 64;

// Announcements: addresses per batch and the pause between batches, so 64 000 addresses a second at
// most.
inline constexpr std::size_t kAnnouncementsPerBatch = 64;
inline constexpr Duration kAnnouncementPause = 1ms;
inline constexpr Duration kAnnouncementRefresh = 60s;
inline constexpr int kAnnouncerBufferBytes = 4 << 20;
// The interface did not take a batch (its queue is full): tried again after this.
inline constexpr Duration kAnnouncementRetry = 5ms;

// How long the answer to "does this interface forward IPv6?" is believed.
inline constexpr Duration kForwardingAge = 10s;

// Duplicate check (`arp_ping`): how long answers are awaited, and when a refused address is asked
// for again.
inline constexpr Duration kProbeTime = 40ms;
inline constexpr Duration kProbeRetry = 1s;
inline constexpr int kProbeBufferBytes = 1 << 20;

// Neighbour probe: targets of one round, and how they are spread: 3200 questions a second at most.
inline constexpr std::size_t kProbeTargets = 256;
inline constexpr std::size_t kProbesPerBatch = 32;
inline constexpr Duration kProbeBatchPause = 10ms;
// Neighbours one dump gives.
inline constexpr std::size_t kRecentNeighbours = 64;

// Addresses of one message to nftables: an attribute holds 64 KB, an address takes 28 bytes.
inline constexpr std::size_t kSilencedPerMessage = 1024;
// Longest time the addresses stay quiet before they go.
inline constexpr Duration kLongestLinger = 10s;

// Putting back what somebody deletes: at once, but not more often than this.
inline constexpr Duration kRepairPause = 20ms;
// What could not be added or removed, and a dump that failed, is tried again after this.
inline constexpr Duration kRepairRetry = 1s;
// How long one piece of work waits at most for the kernel to make its new IPv6 addresses usable,
// and how often it looks. A few take 0.1 ms; with hundreds the bound keeps an unplanned takeover
// fast.
inline constexpr Duration kSettleTime = 20ms;
inline constexpr Duration kSettlePause{50'000};

// Failures and foreign addresses spelled out in one report; all are counted.
inline constexpr std::size_t kReportedFailures = 32;

}  // namespace flywall::netlink
