// The interfaces as last heard of: pure.
#pragma once

#include <cstdint>
#include <map>

#include "netlink/link_state.hpp"

namespace flywall::netlink {

class LinkTable {
 public:
  struct Change {
    bool named = false;    // a name became known: new interface or renamed
    bool lost = false;     // a name went: removed or renamed
    bool came_up = false;  // frames pass again, or the hardware address is another
    InterfaceName former_name;
  };

  // A later word about a link replaces an earlier one.
  Change apply(const LinkState& link);
  void clear();

  // Null when there is none. Valid until the next `apply`.
  const LinkState* by_name(const InterfaceName& name) const;
  const LinkState* by_index(std::uint32_t index) const;
  const std::map<std::uint32_t, LinkState>& all() const { return links_; }

 private:
  std::map<std::uint32_t, LinkState> links_;
  std::map<InterfaceName, std::uint32_t> names_;
};

}  // namespace flywall::netlink
