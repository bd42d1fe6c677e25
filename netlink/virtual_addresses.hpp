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
// V3  Each chunk is announced as soon as the kernel has it, IPv6 addresses as soon as packets to
//     them are taken (settling.hpp).
// V4  An `arp_ping` address is added kProbeTime later, if nobody answers; else it is reported with
//     the answering MAC and asked for again every kProbeRetry.
// V5  `quiet` is the old primary's part of a planned handover (E9): from then on nobody learns from
//     this node where the addresses are (answer_silence.hpp), but it keeps them for a while,
//     answers and forwards what still arrives. Then it drops them by itself; `take` takes them
//     back. Where the kernel cannot be silenced they are dropped at once: answering on would undo
//     the new primary's announcement.
// V6  With a virtual link (virtual_links.hpp) on their interface the addresses live there, are
//     announced from there, with its hardware address, and nowhere else: while it cannot be made,
//     they are not held. It is up as long as the addresses are taken or linger. An `arp_ping` asks
//     from the interface itself, so that no switch learns early where the hardware address is.
// V7  Virtual routes (virtual_routes.hpp) come after the addresses and go before them; while taken
//     they are looked after at every repair, when an interface comes up, and every kRouteAudit.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "netlink/address_plan.hpp"
#include "netlink/address_watch.hpp"
#include "netlink/announcement_schedule.hpp"
#include "netlink/announcer.hpp"
#include "netlink/answer_silence.hpp"
#include "netlink/duplicate_check.hpp"
#include "netlink/forwarding_flags.hpp"
#include "netlink/link_table.hpp"
#include "netlink/link_watch.hpp"
#include "netlink/route_socket.hpp"
#include "netlink/virtual_address.hpp"
#include "netlink/virtual_links.hpp"
#include "netlink/virtual_routes.hpp"

namespace flywall::netlink {

enum class AddressWork : std::uint8_t {
  take,
  drop,
  repair,   // by itself: deleted by somebody, an interface came, a failure is tried again
  noticed,  // nothing changed; a person added a virtual address on a backup
  quiet,    // V5: they stay a while; when they are gone, a report of `drop` follows by itself
};

struct AddressFailure {
  VirtualAddress address;               // of a route: its destination and interface
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
  std::uint32_t probed = 0;  // of the added ones, those that waited for their arp_ping (V4)
  std::uint32_t removed = 0;
  std::uint32_t failed = 0;
  std::uint32_t routes_held = 0;
  std::uint32_t routes_added = 0;
  std::uint32_t routes_removed = 0;
  std::uint32_t silenced = 0;            // of `quiet`: addresses nobody learns from us any more
  std::vector<AddressFailure> failures;  // the first kReportedFailures
  std::vector<Prefix> foreign;           // a person's copies, the first kReportedFailures
  std::optional<Error> error;            // the kernel could not be asked; tried again by itself
  Duration duration{};                   // of the work, until the last change was done

  // All that is wrong as text, empty when nothing is: a lasting trouble reads the same.
  std::string complaint() const;
};

class VirtualAddresses {
 public:
  // In the network namespace of the calling thread; needs CAP_NET_ADMIN and CAP_NET_RAW. At most
  // kMaxVirtualAddresses. Changes nothing: call `drop` to sweep what a crash left behind.
  // Errors: denied, unavailable, invalid.
  static Result<VirtualAddresses> create(AddressTag tag, std::vector<VirtualAddress> configured);

  AddressReport take();
  // Removes everything with our tag, also what a former configuration or a crash left behind: so it
  // is the sweep at start as well.
  AddressReport drop();
  // V5; `linger` is cut to kLongestLinger. When it could not be done the answer is a `drop` with
  // the reason in `error`. While dropped it is a `drop`; while lingering it begins a new time.
  AddressReport quiet(Duration linger);
  // A new configuration; takes effect at once when taken (as `take`), else with the next call.
  std::optional<AddressReport> configure(std::vector<VirtualAddress> configured);
  // The virtual routes, of which this object had none so far; `tag` must not change. Takes effect
  // as `configure` does. Without this call the kernel's routes are never asked for.
  std::optional<AddressReport> configure_routes(RouteTag tag, std::vector<VirtualRoute> routes);
  // The virtual links, of which this object had none so far; `cluster_id` must not change. Taken
  // addresses move at once, with an announcement; while dropped the links are made, and stay down.
  std::optional<AddressReport> configure_links(std::string_view cluster_id,
                                               std::vector<VirtualLink> links);
  // The end: `drop`, and the virtual links go.
  AddressReport retire();
  // Announces all held addresses once more from the beginning (after a healed split brain: E8).
  void announce_again(Time at);
  // Asked between two chunks: true ends the work early, so that a newer order is not kept waiting.
  void set_interrupted(std::function<bool()> interrupted) { interrupted_ = std::move(interrupted); }
  // Told of each interface of a configured address, and of its virtual link: that it is there, as
  // soon as that is known and always before an address is put on it, maybe again and again; and
  // that it is gone.
  using InterfaceNotice = std::function<void(std::uint32_t interface_index, bool there)>;
  void set_interface_notice(InterfaceNotice notice) { interface_notice_ = std::move(notice); }

  // To be polled for reading; changes from call to call (a probe comes and goes).
  std::vector<int> fds() const;
  Time deadline() const;
  // A report when something changed or went wrong, else nothing.
  std::optional<AddressReport> on_readable(int fd, Time at);
  std::optional<AddressReport> on_deadline(Time at);
  // An overrun seen by somebody else's watch (the failover thread's LinkWatch): look again.
  void look_again(Time at);

  bool taken() const { return taken_; }
  bool lingering() const { return linger_until_ != kNever; }
  // Dropped, and nothing with our tag is left as far as the kernel told.
  bool gone() const { return !taken_ && !lingering() && repair_at_ == kNever; }
  // Which of `configured()` the kernel has, as far as we know; by position.
  const std::vector<bool>& held() const { return held_; }
  const std::vector<VirtualAddress>& configured() const { return configured_; }
  const LinkTable& links() const { return links_; }
  const AnnouncerCounters& announcements() const { return announcer_.counters(); }

 private:
  struct Kernel {
    RouteSocket route;
    LinkWatch link_watch;
    AddressWatch address_watch;
    Announcer announcer;
  };
  using PlaceKey = std::pair<std::uint32_t, Prefix>;  // interface index and prefix
  VirtualAddresses(AddressTag tag, std::vector<VirtualAddress> configured, Kernel kernel);

  AddressReport work(AddressWork kind);
  void hold_links(AddressReport& report);
  void notice_interface(const LinkState& link);
  const LinkState* link_of(const VirtualAddress& address) const;
  std::string why_missing(const VirtualAddress& address) const;
  std::uint32_t route_metric(const VirtualAddress& address) const;
  std::vector<WantedAddress> resolve(AddressReport& report);
  std::vector<WantedAddress> without_unasked(std::vector<WantedAddress> wanted,
                                             std::span<const ObservedAddress> observed,
                                             AddressReport& report);
  void execute(std::span<const AddressChange> changes, AddressReport& report);
  void await_usable(std::span<const AddressChange> chunk, const ChunkFailures& failures,
                    Time until);
  void count_chunk(std::span<const AddressChange> chunk, const ChunkFailures& failures,
                   AddressReport& report);
  void hold(std::uint32_t position, Time at);
  void report_failure(const AddressChange& change, int errno_value, AddressReport& report);
  void add_failure(AddressFailure failure, AddressReport& report);
  void hold_routes(AddressReport& report);
  void release_routes(AddressReport& report);
  void note_routes(const RouteReport& routes, AddressReport& report);
  void list_foreign(std::span<const ObservedAddress> observed, const AddressOwner& owner,
                    AddressReport& report);
  std::optional<std::uint32_t> position_of(const ObservedAddress& address) const;
  std::optional<AddressReport> run_due(Time at);
  void want_repair(Time at);
  void speak_when_done();
  std::optional<AddressReport> read_addresses(Time at);
  void judge(const AddressEvent& event, Time at, AddressReport& noticed);
  void read_links(Time at);
  void reload_links(Time at);
  void apply_link(const LinkState& link, Time at);
  void announce_due(Time at);

  AddressTag tag_;
  std::vector<VirtualAddress> configured_;
  std::map<PlaceKey, std::uint32_t> positions_;  // of configured addresses whose interface exists
  bool taken_ = false;
  bool tags_visible_ = true;
  std::vector<bool> held_;
  LinkTable links_;
  bool links_known_ = false;

  RouteSocket route_;
  LinkWatch link_watch_;
  AddressWatch address_watch_;
  Announcer announcer_;
  AnnouncementSchedule schedule_;
  ForwardingFlags forwarding_;
  DuplicateCheck check_;
  std::optional<AnswerSilence> silence_;
  Time linger_until_ = kNever;
  std::function<bool()> interrupted_;
  InterfaceNotice interface_notice_;

  std::optional<VirtualLinks> virtual_links_;
  std::optional<VirtualRoutes> routes_;
  Time route_audit_ = kNever;
  Time repair_at_ = kNever;
  Time repaired_ = Time::min();
  std::string complained_;  // the last report's complaint: a lasting one is reported once
};

}  // namespace flywall::netlink
