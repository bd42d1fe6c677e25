// The virtual links of this node (`virtual_mac`): made, raised, lowered, removed.
//
// Knows parents and hardware addresses; knows no address, no role. For the address thread: every
// call may wait for RTNL.
//
// L1  A link lives as long as the process is well: down while the addresses are elsewhere, so that
//     only one node of the cluster says or hears anything by the hardware address.
//     It goes down before its addresses are removed: the kernel would tell the multicast routers of
//     the latter, and a switch would learn once more from the old primary where the hardware
//     address is.
// L2  The parent does not answer for addresses of the link, nor the link for those of the parent,
//     and neither names the other's as sender (arp_ignore, arp_announce): else neighbours would
//     learn one for the other. What the parent's settings were stands in the link's mark and is put
//     back with its removal.
// L3  The parent's own routes are preferred, for both directions of the parent's network: so the
//     link accepts what comes by another route than it would answer (rp_filter).
// L4  What a crash left behind is recognised by its mark and removed before anything is made. A
//     foreign link of the same name is reported and left alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "netlink/link_table.hpp"
#include "netlink/route_socket.hpp"
#include "netlink/virtual_link.hpp"

namespace flywall::netlink {

class VirtualLinks {
 public:
  explicit VirtualLinks(std::string cluster_id) : cluster_id_(std::move(cluster_id)) {}

  // What is no longer wanted goes at once, with the addresses on it.
  void configure(RouteSocket& socket, std::vector<VirtualLink> links);
  // Makes what is missing and brings all of them up or down, first removing what an earlier life
  // left behind; true when there is news about links. An error concerns that removal: tried again
  // by the next call. What a parent's link lacks is `trouble`.
  Result<bool> hold(RouteSocket& socket, const LinkTable& links, bool up);
  // A clean end: nothing of this cluster stays.
  Result<void> remove(RouteSocket& socket);

  // Where addresses of `interface` live: its virtual link if it is to have one, else itself. Null:
  // it is not there.
  const LinkState* carrier(const LinkTable& links, const InterfaceName& interface) const;
  bool has_link(const InterfaceName& interface) const { return find(interface) != nullptr; }
  bool is_ours(const InterfaceName& name) const;
  // Why the link of this parent is not there; empty: it is, or there is none.
  std::string_view trouble(const InterfaceName& parent) const;

 private:
  struct Entry {
    VirtualLink link;
    InterfaceName name;
    std::uint32_t index = 0;  // zero: not made yet
    std::string trouble;
  };
  const Entry* find(const InterfaceName& parent) const;
  Result<bool> hold(RouteSocket& socket, const LinkTable& links, Entry& entry, bool up) const;
  Result<LinkState> make(RouteSocket& socket, const LinkState& parent, const Entry& entry) const;

  std::string cluster_id_;
  std::vector<Entry> entries_;
  bool swept_ = false;
};

// Deletes the links of this cluster in the namespace of the calling thread and puts their parents'
// settings back; answers how many. Errors: denied, unavailable.
Result<std::uint32_t> remove_virtual_links(RouteSocket& socket, std::string_view cluster_id);

}  // namespace flywall::netlink
