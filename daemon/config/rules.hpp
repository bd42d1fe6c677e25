// What the rules across settings share: the Config, where its parts were written, and where to
// report. The rules themselves are in checks.cpp and check_*.cpp.
#pragma once

#include <string>
#include <string_view>

#include "daemon/config/binder.hpp"

namespace flywall::config {

struct Rules {
  const Bound& bound;
  Problems& problems;

  const Replication& replication() const { return bound.config.replication; }
  const Ha& ha() const { return bound.config.replication.ha; }
  bool has(std::string_view path) const { return bound.place(path).has_value(); }
  // Of what is not written: the block `replication`.
  Place at(std::string_view path) const {
    return bound.place(path).value_or(
        bound.place("replication").value_or(Place{.at = {}, .length = 0}));
  }
  // "PATH[INDEX]NAME"
  Place indexed(std::string_view path, std::size_t index, std::string_view name = "") const {
    return at(std::string(path) + "[" + std::to_string(index) + "]" + std::string(name));
  }
  // Of the block "PATH[INDEX]".
  bool complete(std::string_view path, std::size_t index) const {
    return bound.complete(std::string(path) + "[" + std::to_string(index) + "]");
  }
  void error(Place place, std::string message) const { problems.error(place, std::move(message)); }
  void warn(Place place, std::string message) const { problems.warn(place, std::move(message)); }
};

// check_peers.cpp: who the peers are and where. False: there are too many for the other rules.
bool check_peers(const Rules& rules);
// check_addresses.cpp: virtual addresses, routes, hardware addresses.
void check_addresses(const Rules& rules);
// check_monitors.cpp: links, gateways, scripts, services that are watched; failover scripts.
void check_monitors(const Rules& rules);
// check_witnesses.cpp: who votes, and for whom a witness does.
void check_witnesses(const Rules& rules);
// check_tasks.cpp: leases, services, jobs, web hooks, datasets.
void check_tasks(const Rules& rules);

// Each label of the blocks "PATH[i]" once and not empty; `label(i)` of `count`.
template <class Label>
void check_labels(const Rules& rules, std::string_view path, std::size_t count, Label&& label) {
  for (std::size_t i = 0; i < count; ++i) {
    const Place place = rules.indexed(path, i);
    if (label(i).empty()) rules.error(place, "the label of this block is its name, not empty");
    for (std::size_t j = 0; j < i; ++j) {
      if (label(j) != label(i) || label(i).empty()) continue;
      rules.error(place, "two blocks of this kind have the name \"" + label(i) +
                             "\": the first is " +
                             rules.bound.where(rules.indexed(path, j), place));
      break;
    }
  }
}

}  // namespace flywall::config
