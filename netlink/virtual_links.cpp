#include "netlink/virtual_links.hpp"

#include <fcntl.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>
#include <optional>

#include "base/descriptor.hpp"
#include "netlink/link_dump.hpp"
#include "netlink/virtual_link_message.hpp"

namespace flywall::netlink {

namespace {

constexpr std::uint32_t kOnlyOwnAddresses = 1;  // arp_ignore, L2
constexpr std::uint32_t kOwnSender = 2;         // arp_announce, L2
constexpr std::uint32_t kLoose = 2;             // rp_filter: the strictest that L3 allows

struct MarkedLink {
  AliasedLink link;
  LinkMark mark;
};

std::string setting_path(int version, const InterfaceName& interface, const char* name) {
  return "/proc/sys/net/ipv" + std::to_string(version) + "/conf/" + interface.str() + "/" + name;
}

// Zero when it cannot be read.
std::uint32_t read_setting(int version, const InterfaceName& interface, const char* name) {
  const Descriptor file(open(setting_path(version, interface, name).c_str(), O_RDONLY | O_CLOEXEC));
  char text[16];
  const ssize_t size = file ? read(file.get(), text, sizeof text) : -1;
  std::uint32_t value = 0;
  if (size > 0) std::from_chars(text, text + size, value);
  return value;
}

// There is no other way than /proc for IPv6; where it is protected the kernel's default stays.
void write_ipv6_setting(const InterfaceName& interface, const char* name, std::uint32_t value) {
  const Descriptor file(open(setting_path(6, interface, name).c_str(), O_WRONLY | O_CLOEXEC));
  const std::string text = std::to_string(value);
  if (file) [[maybe_unused]]
    const ssize_t written = write(file.get(), text.data(), text.size());
}

Result<std::vector<MarkedLink>> marked_links(RouteSocket& socket, std::string_view cluster_id) {
  std::vector<MarkedLink> found;
  const RouteSocket::DumpSink sink{[&] { found.clear(); },
                                   [&](const nlmsghdr& message) {
                                     auto link = decode_aliased_link(message);
                                     if (!link) return true;
                                     const auto mark = read_link_mark(cluster_id, link->alias);
                                     if (mark) found.push_back({std::move(*link), *mark});
                                     return found.size() <= kObservedLinks;
                                   }};
  if (auto dumped = socket.dump(RTM_GETLINK, sink); !dumped)
    return std::unexpected(std::move(dumped.error()));
  return found;
}

// Somebody else's link on the same parent, of another cluster.
const MarkedLink* neighbour_of(const std::vector<MarkedLink>& links, std::uint32_t parent_index) {
  const auto found = std::ranges::find_if(links, [&](const MarkedLink& one) {
    return !one.mark.ours && one.link.parent_index == parent_index;
  });
  return found == links.end() ? nullptr : &*found;
}

using Which = std::function<bool(const MarkedLink&)>;

Result<std::uint32_t> remove_links(RouteSocket& socket, std::string_view cluster_id,
                                   const Which& which) {
  auto links = marked_links(socket, cluster_id);
  if (!links) return std::unexpected(std::move(links.error()));
  std::uint32_t removed = 0;
  for (const MarkedLink& one : *links) {
    if (!one.mark.ours || !which(one)) continue;
    // One system call, the parent first: whoever is killed meanwhile leaves the mark to the next.
    std::vector<LinkRequest> requests;
    if (neighbour_of(*links, one.link.parent_index) == nullptr)
      requests.push_back(set_arp(one.link.parent_index, one.mark.former));
    requests.push_back(delete_link(one.link.index));
    auto deleted = socket.request(requests, "cannot remove a virtual link");
    // The parent may be gone meanwhile, and the link with it.
    if (!deleted && deleted.error().kind != ErrorKind::missing)
      return std::unexpected(std::move(deleted.error()));
    ++removed;
  }
  return removed;
}

ArpBehaviour behaviour_of(const InterfaceName& interface) {
  return {read_setting(4, interface, "arp_ignore"), read_setting(4, interface, "arp_announce")};
}

ArpBehaviour apart(const ArpBehaviour& former) {
  return {std::max(former.ignore, kOnlyOwnAddresses), std::max(former.announce, kOwnSender)};
}

}  // namespace

void VirtualLinks::configure(RouteSocket& socket, std::vector<VirtualLink> links) {
  std::vector<Entry> entries;
  for (const VirtualLink& link : links) {
    const Entry* known = find(link.parent);
    if (known != nullptr && known->link == link)
      entries.push_back(*known);
    else
      entries.push_back({link, virtual_link_name(cluster_id_, link.parent), 0, {}});
  }
  entries_ = std::move(entries);
  if (!swept_) return;
  const auto unwanted = [&](const MarkedLink& one) {
    return std::ranges::none_of(entries_,
                                [&](const Entry& entry) { return entry.index == one.link.index; });
  };
  swept_ = remove_links(socket, cluster_id_, unwanted).has_value();
}

Result<bool> VirtualLinks::hold(RouteSocket& socket, const LinkTable& links, bool up) {
  bool news = false;
  if (!swept_) {
    auto removed = remove_virtual_links(socket, cluster_id_);
    if (!removed) return std::unexpected(std::move(removed.error()));
    for (Entry& entry : entries_) entry.index = 0;
    swept_ = true;
    if (*removed > 0) return true;
  }
  for (Entry& entry : entries_) {
    auto held = hold(socket, links, entry, up);
    entry.trouble = held ? "" : held.error().message;
    news |= held && *held;
  }
  return news;
}

Result<bool> VirtualLinks::hold(RouteSocket& socket, const LinkTable& links, Entry& entry,
                                bool up) const {
  const LinkState* parent = links.by_name(entry.link.parent);
  const LinkState* known = links.by_name(entry.name);
  if (parent == nullptr) return false;
  if (known != nullptr && known->index != entry.index)
    return fail(ErrorKind::invalid, "the interface " + entry.name.str() +
                                        ", which its virtual_mac needs, is somebody else's");
  const bool missing = known == nullptr;
  bool is_up = !missing && known->admin_up;
  if (missing) {
    auto made = make(socket, *parent, entry);
    if (!made) return std::unexpected(std::move(made.error()));
    entry.index = made->index;
  }
  if (is_up == up) return missing;
  const std::string attempt = "cannot change the virtual link " + entry.name.str();
  if (auto changed = socket.request(set_up(entry.index, up), attempt); !changed)
    return std::unexpected(std::move(changed.error()));
  return true;
}

// One system call makes and marks it: a process killed meanwhile leaves nothing unmarked.
Result<LinkState> VirtualLinks::make(RouteSocket& socket, const LinkState& parent,
                                     const Entry& entry) const {
  const std::string attempt = "cannot make the virtual link " + entry.name.str();
  auto others = marked_links(socket, cluster_id_);
  if (!others) return std::unexpected(std::move(others.error()));
  const MarkedLink* neighbour = neighbour_of(*others, parent.index);
  const ArpBehaviour former =
      neighbour != nullptr ? neighbour->mark.former : behaviour_of(entry.link.parent);
  const bool filtered = read_setting(4, InterfaceName::cut("all"), "rp_filter") != 0;
  const LinkBehaviour behaviour{.mark = link_mark(cluster_id_, former),
                                .arp = {kOnlyOwnAddresses, kOwnSender},
                                .return_path = filtered ? kLoose : 0,
                                .forwards = read_setting(4, entry.link.parent, "forwarding") != 0};
  const std::array<LinkRequest, 2> requests{make_virtual_link(entry.link, entry.name, parent.index),
                                            settle_virtual_link(entry.name, behaviour)};
  if (auto made = socket.request(requests, attempt); !made)
    return std::unexpected(std::move(made.error()));
  (void)socket.request(without_own_address(entry.name), "");
  for (const char* own : {"accept_ra", "autoconf"}) write_ipv6_setting(entry.name, own, 0);
  write_ipv6_setting(entry.name, "forwarding", read_setting(6, entry.link.parent, "forwarding"));
  if (auto set = socket.request(set_arp(parent.index, apart(former)), attempt); !set)
    return std::unexpected(std::move(set.error()));
  return link_named(socket, entry.name);
}

Result<void> VirtualLinks::remove(RouteSocket& socket) {
  auto removed = remove_virtual_links(socket, cluster_id_);
  if (!removed) return std::unexpected(std::move(removed.error()));
  for (Entry& entry : entries_) entry.index = 0;
  return {};
}

const LinkState* VirtualLinks::carrier(const LinkTable& links,
                                       const InterfaceName& interface) const {
  const Entry* entry = find(interface);
  return entry == nullptr ? links.by_name(interface) : links.by_index(entry->index);
}

bool VirtualLinks::is_ours(const InterfaceName& name) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.name == name; });
}

std::string_view VirtualLinks::trouble(const InterfaceName& parent) const {
  const Entry* entry = find(parent);
  return entry == nullptr ? std::string_view{} : entry->trouble;
}

const VirtualLinks::Entry* VirtualLinks::find(const InterfaceName& parent) const {
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return entry.link.parent == parent; });
  return found == entries_.end() ? nullptr : &*found;
}

Result<std::uint32_t> remove_virtual_links(RouteSocket& socket, std::string_view cluster_id) {
  return remove_links(socket, cluster_id, [](const MarkedLink&) { return true; });
}

}  // namespace flywall::netlink
