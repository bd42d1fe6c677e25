#include "netlink/link_table.hpp"

namespace flywall::netlink {

LinkTable::Change LinkTable::apply(const LinkState& link) {
  Change change;
  const auto known = links_.find(link.index);
  LinkState before;
  if (known != links_.end()) before = known->second;
  const bool same_name = known != links_.end() && before.name == link.name && !link.removed;
  if (known != links_.end() && !same_name) {
    change.lost = true;
    change.former_name = before.name;
    const auto name = names_.find(before.name);
    if (name != names_.end() && name->second == link.index) names_.erase(name);
  }
  if (link.removed) {
    links_.erase(link.index);
    return change;
  }
  change.named = !same_name;
  change.came_up = link.up() && (!before.up() || before.mac != link.mac);
  links_.insert_or_assign(link.index, link);
  names_.insert_or_assign(link.name, link.index);
  return change;
}

void LinkTable::clear() {
  links_.clear();
  names_.clear();
}

const LinkState* LinkTable::by_name(const InterfaceName& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : by_index(found->second);
}

const LinkState* LinkTable::by_index(std::uint32_t index) const {
  const auto found = links_.find(index);
  return found == links_.end() ? nullptr : &found->second;
}

}  // namespace flywall::netlink
