// The virtual addresses of this node on its kernel: take, drop, keep, announce.
//
// Drives plan, socket, watches, announcer and probe for the *address thread*, which owns this
// object: one poll loop over `fds()` with the timeout `deadline()`. Knows no role, epoch or peer:
// `take` means "all of them from now on", `drop` "none". Desired state against observed: the
// kernel's dump is the truth before every change (address_plan.hpp, A1-A5). Every call may wait for
// RTNL, so nothing here belongs on the failover thread.
//
// V1  While taken: what somebody deletes is put back, at most once per kRepairPause; an address
//     whose interface is missing is reported and added when the interface appears; an interface
//     that comes up again announces again.
// V2  While dropped nothing is removed that does not carry our tag; a person's copy of a virtual
//     address is reported.
// V3  Each chunk is announced as soon as the kernel has it.
// V4  An `arp_ping` address is added kProbeTime later, if nobody answers; else it is reported with
//     the answering MAC and asked for again every kProbeRetry.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "netlink/announcer.hpp"
#include "netlink/link_watch.hpp"
#include "netlink/virtual_address.hpp"

namespace flywall::netlink {

enum class AddressWork : std::uint8_t {
  take,
  drop,
  repair,   // by itself: deleted by somebody, an interface came, a failure is tried again
  noticed,  // nothing changed; a person added a virtual address on a backup
};

struct AddressFailure {
  VirtualAddress address;
  std::string reason;                   // for people: "interface eth7 does not exist"
  std::optional<MacAddress> in_use_by;  // arp_ping was answered
};

// What one piece of work came to.
struct AddressReport {
  AddressWork work = AddressWork::take;
  std::uint32_t wanted = 0;
  std::uint32_t held = 0;     // of the wanted ones, there now
  std::uint32_t pending = 0;  // of the wanted ones, being probed
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
  std::uint32_t failed = 0;
  std::vector<AddressFailure> failures;  // the first kReportedFailures
  std::vector<Prefix> foreign;           // a person's copies, the first kReportedFailures
  std::optional<Error> error;            // the kernel could not be asked; tried again by itself
  Duration duration{};                   // of the work, until the last change was done
};

class VirtualAddresses {
 public:
  // In the network namespace of the calling thread; needs CAP_NET_ADMIN and CAP_NET_RAW. At most
  // kMaxVirtualAddresses. Changes nothing: call `drop` to sweep what a crash left behind.
  // Errors: denied, unavailable, invalid.
  static Result<VirtualAddresses> create(AddressTag tag, std::vector<VirtualAddress> configured);
  VirtualAddresses(VirtualAddresses&&) noexcept;
  VirtualAddresses& operator=(VirtualAddresses&&) noexcept;
  ~VirtualAddresses();  // changes nothing in the kernel

  AddressReport take();
  // Removes everything with our tag, also what a former configuration or a crash left behind: so it
  // is the sweep at start as well.
  AddressReport drop();
  // A new configuration; takes effect at once when taken (as `take`), else with the next call.
  std::optional<AddressReport> configure(std::vector<VirtualAddress> configured);
  // Announces all held addresses once more from the beginning (after a healed split brain: E8).
  void announce_again();
  // Asked between two chunks: true ends the work early, so that a newer order is not kept waiting.
  void set_interrupted(std::function<bool()> interrupted);

  // To be polled for reading; changes from call to call (a probe comes and goes).
  std::vector<int> fds() const;
  Time deadline() const;
  // A report when something changed or went wrong, else nothing.
  std::optional<AddressReport> on_readable(int fd, Time now);
  std::optional<AddressReport> on_deadline(Time now);
  // An overrun seen by somebody else's watch (the failover thread's LinkWatch): look again.
  void look_again(Time now);

  bool taken() const;
  // Which of `configured()` the kernel has, as far as we know; by position.
  std::vector<bool> held() const;
  const std::vector<VirtualAddress>& configured() const;
  const std::vector<LinkState>& links() const;
  const AnnouncerCounters& announcements() const;

 private:
  class Shell;
  explicit VirtualAddresses(std::unique_ptr<Shell> shell);
  std::unique_ptr<Shell> shell_;
};

}  // namespace flywall::netlink
